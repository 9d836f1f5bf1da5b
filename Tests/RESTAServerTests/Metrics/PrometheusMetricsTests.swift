import CoreMetrics
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
  @Test("are written as Prometheus reads them")
  func exposition() {
    let metrics = PrometheusMetrics(descriptions: [
      "http.requests": .init(help: "Requests \\ by\nroute."),
      "wait": .init(buckets: [1, 0.5, 0.5]),
    ])
    Counter(
      label: "http.requests", dimensions: [("route", "/a"), ("code", "200")], factory: metrics
    )
    .increment(by: 3)
    Counter(
      label: "http.requests", dimensions: [("code", "200"), ("route", "/a")], factory: metrics
    )
    .increment()
    Meter(label: "running", factory: metrics).set(-2.5)
    let timer = Timer(label: "wait", factory: metrics)
    for milliseconds in [100, 500, 501, 2000] { timer.recordMilliseconds(milliseconds) }
    #expect(
      metrics.exposition() == """
        # HELP http_requests_total Requests \\\\ by\\nroute.
        # TYPE http_requests_total counter
        http_requests_total{code="200",route="/a"} 4
        # HELP metrics_dropped_total Metrics that are not exposed: too many, or a name twice.
        # TYPE metrics_dropped_total counter
        metrics_dropped_total 0
        # TYPE running gauge
        running -2.5
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.5"} 2
        wait_seconds_bucket{le="1"} 3
        wait_seconds_bucket{le="+Inf"} 4
        wait_seconds_sum 3.101
        wait_seconds_count 4

        """)
  }

  @Test("survive every value of a label, and every name")
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
      let metrics = PrometheusMetrics(descriptions: [:])
      let label = "m" + text(&generator)
      let value = text(&generator)
      let dimensions = [(text(&generator), text(&generator)), ("value", value)]
      if generator.chance(0.5) {
        Counter(label: label, dimensions: dimensions, factory: metrics).increment()
      } else {
        Recorder(label: label, dimensions: dimensions, factory: metrics).record(1)
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
      let bounds = (0..<generator.integer(in: 0...6)).map { _ in
        Double(generator.integer(in: -8...8)) / 2
      }
      let values = (0..<generator.integer(in: 1...50)).map { _ in
        Double(generator.integer(in: -20...20)) / 4
      }
      let metrics = PrometheusMetrics(descriptions: ["h": .init(buckets: bounds)])
      let recorder = Recorder(label: "h", factory: metrics)
      for value in values + [.nan, .infinity] { recorder.record(value) }
      let read = try ExpositionReader(metrics.exposition())
      for bound in Set(bounds) {
        let count = read.value("h_bucket", ["le": MetricName.number(bound)])
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
    let counter = FloatingPointCounter(label: "c", factory: metrics)
    for amount in [0.5, -1, .nan, .infinity, 0.25] { counter.increment(by: amount) }
    Counter(label: "c_total", factory: metrics).increment(by: Int64(-7))
    #expect(try ExpositionReader(metrics.exposition()).value("c_total") == 0.75)
  }

  @Test("keep the kinds of one name apart, and say that something was left out")
  func conflicts() throws {
    let metrics = PrometheusMetrics()
    Recorder(label: "x", factory: metrics).record(1)
    Meter(label: "x", factory: metrics).set(5)
    Meter(label: "x_count", factory: metrics).set(5)
    Gauge(label: "g", factory: metrics).record(3)
    Meter(label: "g", factory: metrics).increment(by: 2.0)
    let read = try ExpositionReader(metrics.exposition())
    #expect(read.types["x"] == "histogram")
    #expect(read.value("x_count") == 1)
    #expect(read.value("g") == 5)
    #expect(read.value("metrics_dropped_total") == 2)
  }

  @Test("are bounded, and old ones go on")
  func bound() throws {
    let metrics = PrometheusMetrics(limit: 10)
    for path in 0..<100 {
      Counter(label: "c", dimensions: [("path", "/\(path)")], factory: metrics).increment()
    }
    Counter(label: "c", dimensions: [("path", "/3")], factory: metrics).increment()
    let read = try ExpositionReader(metrics.exposition())
    #expect(read.samples.count == 11)
    #expect(read.value("c_total", ["path": "/3"]) == 2)
    #expect(read.value("metrics_dropped_total") == 90)
  }

  @Test("forget what is destroyed, and its name and place are free again")
  func destruction() throws {
    let metrics = PrometheusMetrics(limit: 1)
    let recorder = Recorder(label: "x", factory: metrics)
    recorder.record(1)
    recorder.destroy()
    Meter(label: "x_sum", factory: metrics).set(4)
    let read = try ExpositionReader(metrics.exposition())
    #expect(read.types["x"] == nil)
    #expect(read.value("x_sum") == 4)
  }

  @Test("lose no count of many tasks")
  func concurrency() async throws {
    let metrics = PrometheusMetrics()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<20 {
        group.addTask {
          for step in 0..<200 {
            Counter(label: "c", dimensions: [("d", "\(step % 4)")], factory: metrics).increment()
            Recorder(label: "r", factory: metrics).record(task)
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
