import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
  private static let counter = MetricFamily("c_total", .counter, "C.")

  @Test("are written as Prometheus reads them")
  func exposition() {
    let metrics = PrometheusMetrics()
    let requests = MetricFamily("http_requests_total", .counter, "Requests by route.")
    let wait = MetricFamily("wait_seconds", .histogram, buckets: [0.5, 1], "Waiting.")
    metrics.add(3, to: requests, [("route", "/a"), ("code", "200")])
    metrics.add(1, to: requests, [("code", "200"), ("route", "/a")])
    metrics.set(MetricFamily("running", .gauge, "Running."), to: -2.5)
    for seconds in [0.1, 0.5, 0.501, 2] { metrics.observe(seconds, in: wait) }
    #expect(
      metrics.exposition() == """
        # HELP http_requests_total Requests by route.
        # TYPE http_requests_total counter
        http_requests_total{code="200",route="/a"} 4
        # HELP metrics_dropped_total Metrics that are not exposed: too many, or a name twice.
        # TYPE metrics_dropped_total counter
        metrics_dropped_total 0
        # HELP running Running.
        # TYPE running gauge
        running -2.5
        # HELP wait_seconds Waiting.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.5"} 2
        wait_seconds_bucket{le="1"} 3
        wait_seconds_bucket{le="+Inf"} 4
        wait_seconds_sum 3.101
        wait_seconds_count 4

        """)
  }

  @Test("survive every value of a label")
  func hostile() throws {
    let pieces = [
      "\"", "\\", "\n", "\r\n", "\\n", "}", "{", ",", "=", " ", "a", "é", "e\u{301}", "\0",
      "\u{85}",
      "字", "1", "__", "le", "#",
    ]
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      func text(_ generator: inout SeededGenerator) -> String {
        (0..<generator.integer(in: 0...6)).map { _ in generator.element(of: pieces) }.joined()
      }
      let metrics = PrometheusMetrics()
      let value = text(&generator)
      let labels = [("other", text(&generator)), ("value", value)]
      if generator.chance(0.5) {
        metrics.add(1, to: Self.counter, labels)
      } else {
        metrics.observe(1, in: MetricFamily("h", .histogram, buckets: [1], "H."), labels)
      }
      let text = metrics.exposition()
      #expect(throws: Never.self, "seed \(seed): \(text)") { try ExpositionReader(text) }
      let read = try ExpositionReader(text)
      let sample = try #require(read.samples.first { $0.name != "metrics_dropped_total" })
      let wanted = value.unicodeScalars.map {
        $0 != "\n" && $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
      }
      let got = try #require(sample.labels["value"])
      #expect(Array(got.unicodeScalars) == wanted, "seed \(seed)")
    }
  }

  @Test("count what falls into each bucket, its bound included")
  func histograms() throws {
    for seed in 0..<100 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let bounds = Set(
        (0..<generator.integer(in: 0...6)).map { _ in
          Double(generator.integer(in: -8...8)) / 2
        }
      ).sorted()
      let values = (0..<generator.integer(in: 1...50)).map { _ in
        Double(generator.integer(in: -20...20)) / 4
      }
      let metrics = PrometheusMetrics()
      let family = MetricFamily("h", .histogram, buckets: bounds, "H.")
      for value in values + [.nan, .infinity] { metrics.observe(value, in: family) }
      let read = try ExpositionReader(metrics.exposition())
      for bound in bounds {
        let count = read.value("h_bucket", ["le": MetricText.number(bound)])
        #expect(count == Double(values.count { $0 <= bound }), "seed \(seed), \(bound)")
      }
      #expect(read.value("h_bucket", ["le": "+Inf"]) == Double(values.count))
      #expect(read.value("h_count") == Double(values.count))
      // Quarters add up exactly.
      #expect(read.value("h_sum") == values.reduce(0, +))
    }
  }

  @Test("never let a counter fall")
  func counters() throws {
    let metrics = PrometheusMetrics()
    for amount in [0.5, -1, .nan, .infinity, 0.25, -7] { metrics.add(amount, to: Self.counter) }
    #expect(try ExpositionReader(metrics.exposition()).value("c_total") == 0.75)
  }

  @Test("are bounded, and old ones go on")
  func bound() throws {
    let metrics = PrometheusMetrics(limit: 10)
    for path in 0..<100 {
      metrics.add(1, to: Self.counter, [("path", "/\(path)")])
    }
    metrics.add(1, to: Self.counter, [("path", "/3")])
    let read = try ExpositionReader(metrics.exposition())
    #expect(read.samples.count == 11)
    #expect(read.value("c_total", ["path": "/3"]) == 2)
    #expect(read.value("metrics_dropped_total") == 90)
  }

  @Test("lose no count of many tasks")
  func concurrency() async throws {
    let metrics = PrometheusMetrics()
    let histogram = MetricFamily("r", .histogram, buckets: MetricFamily.seconds, "R.")
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<20 {
        group.addTask {
          for step in 0..<200 {
            metrics.add(1, to: Self.counter, [("d", "\(step % 4)")])
            metrics.observe(Double(task), in: histogram)
          }
        }
      }
    }
    let read = try ExpositionReader(metrics.exposition())
    for digit in 0..<4 { #expect(read.value("c_total", ["d": "\(digit)"]) == 1000) }
    #expect(read.value("r_count") == 4000)
    #expect(read.value("r_sum") == 38_000)
  }
}
