import Synchronization

/// One metric: all series of a name.
struct MetricFamily: Sendable {
  /// The type that Prometheus knows.
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  let name: String
  let kind: Kind
  let help: String
  /// The upper bounds of a histogram's buckets, ascending; empty for the other kinds.
  let buckets: [Double]

  /// The bounds of histograms of seconds: from 1 ms to 10 min.
  static let seconds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
  ]

  init(_ name: String, _ kind: Kind, buckets: [Double] = [], _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
    self.buckets = buckets
  }

  /// The lines of a series.
  fileprivate func lines(labels: String, _ series: MetricSeries) -> [String] {
    func braced(_ more: String = "") -> String {
      let all = [labels, more].filter { !$0.isEmpty }.joined(separator: ",")
      return all.isEmpty ? "" : "{\(all)}"
    }
    let value = MetricText.number(series.value)
    guard kind == .histogram else { return ["\(name)\(braced()) \(value)"] }
    var count = 0
    let cumulative = zip(buckets + [.infinity], series.counts).map { bound, own in
      count += own
      return "\(name)_bucket\(braced("le=\"\(MetricText.number(bound))\"")) \(count)"
    }
    return cumulative + ["\(name)_sum\(braced()) \(value)", "\(name)_count\(braced()) \(count)"]
  }
}

/// What one series holds.
private struct MetricSeries: Sendable {
  /// The total, the last value, or a histogram's sum.
  var value = 0.0
  /// For each bucket, and for all above the last, how many values fell into it alone.
  var counts: [Int]
}

/// Metrics that a Prometheus server reads: text format 0.0.4.
final class PrometheusMetrics: Sendable {
  private struct Registry {
    /// Families by name, series by their labels as they are written: what is written alike is one.
    var families: [String: (family: MetricFamily, series: [String: MetricSeries])] = [:]
    var count = 0
    var dropped = 0.0
  }

  /// Series beyond the limit; a reader of the metrics sees that something is missing.
  static let dropped = MetricFamily(
    "metrics_dropped_total", .counter, "Metrics that are not exposed: too many, or a name twice.")

  private let limit: Int
  // Invariant: `count` is the number of series.
  private let registry = Mutex(Registry())

  /// No series at all, and never more than `limit`.
  init(limit: Int = 2000) { self.limit = limit }

  /// Shows a series before there is anything to count.
  func start(_ family: MetricFamily, _ labels: [(String, String)] = []) {
    change(family, labels) { _ in }
  }

  /// Adds to a counter; one that fell would be read as a restart, so less than nothing is not added.
  func add(_ amount: Double, to family: MetricFamily, _ labels: [(String, String)] = []) {
    change(family, labels) { if amount > 0, amount.isFinite { $0.value += amount } }
  }

  func set(_ family: MetricFamily, to value: Double) {
    change(family, []) { $0.value = value }
  }

  /// Counts a value in a histogram; one NaN would make the sum NaN for good, so it is not counted.
  func observe(_ value: Double, in family: MetricFamily, _ labels: [(String, String)] = []) {
    change(family, labels) { series in
      guard value.isFinite else { return }
      series.counts[family.buckets.firstIndex { value <= $0 } ?? family.buckets.count] += 1
      series.value += value
    }
  }

  private func change(
    _ family: MetricFamily, _ labels: [(String, String)], _ body: (inout MetricSeries) -> Void
  ) {
    let labels = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(MetricText.escaped($0.1))\"" }
      .joined(separator: ",")
    registry.withLock { registry in
      let isNew = registry.families[family.name]?.series[labels] == nil
      guard !isNew || registry.count < limit else {
        registry.dropped += 1
        return
      }
      if isNew { registry.count += 1 }
      let buckets = family.kind == .histogram ? family.buckets.count + 1 : 0
      let empty = MetricSeries(counts: Array(repeating: 0, count: buckets))
      body(&registry.families[family.name, default: (family, [:])].series[labels, default: empty])
    }
  }

  /// All metrics in Prometheus' text format (`text/plain; version=0.0.4; charset=utf-8`): families by
  /// name, series by labels.
  func exposition() -> String {
    let registry = registry.withLock { $0 }
    var families = registry.families
    families[Self.dropped.name] = (
      Self.dropped, ["": MetricSeries(value: registry.dropped, counts: [])]
    )
    return families.sorted { $0.key < $1.key }.flatMap { name, entry in
      ["# HELP \(name) \(entry.family.help)", "# TYPE \(name) \(entry.family.kind.rawValue)"]
        + entry.series.sorted { $0.key < $1.key }.flatMap {
          entry.family.lines(labels: $0.key, $0.value)
        }
    }.map { $0 + "\n" }.joined()
  }
}

/// The spelling of values in Prometheus' text format.
enum MetricText {
  /// A number; whole ones without a fraction.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && value.magnitude < 0x1p53 ? "\(Int64(value))" : "\(value)"
  }

  /// A label's value between its quotes.
  // By scalars: to Swift, a carriage return with its line feed is one character. Control characters
  // other than the line feed have no escape in the format; no value needs one.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.properties.generalCategory == .control: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
