import CoreMetrics
import Synchronization

/// A backend of swift-metrics that a Prometheus server reads: text format 0.0.4.
///
/// Counters end in `_total` and timers in `_seconds`; timers and aggregating recorders are histograms.
/// Names are spelled as Prometheus wants them: `http.requests` is `http_requests_total`.
///
/// ```swift
/// let metrics = PrometheusMetrics()
/// Counter(label: "requests", dimensions: [("route", "/health")], factory: metrics).increment()
/// print(metrics.exposition())  // requests_total{route="/health"} 1
/// ```
final class PrometheusMetrics: MetricsFactory, Sendable {
  /// What is known of a metric before it is made.
  struct Description: Sendable, Hashable {
    /// What it counts, in a sentence; `nil` for nothing.
    var help: String?
    /// The upper bounds of a histogram's buckets, ascending and finite; `nil` for the default ones.
    var buckets: [Double]?

    /// Describes a metric.
    ///
    /// - Parameters:
    ///   - help: What it counts. Default: nothing.
    ///   - buckets: A histogram's upper bounds; they are sorted, and what is not finite is left out.
    ///     Default: ``PrometheusMetrics/defaultBuckets``.
    init(help: String? = nil, buckets: [Double]? = nil) {
      self.help = help
      self.buckets = buckets
    }
  }

  /// The bounds of histograms that have none of their own: from 1 ms to 10 min, if they are seconds.
  static let defaultBuckets: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
  ]

  /// The name of the counter of handlers that are not exposed.
  static let droppedName = "metrics_dropped_total"

  private struct Registry {
    var families: [String: MetricFamily] = [:]
    /// Which family the name of a line belongs to.
    var owners: [String: String] = [:]
    var series = 0
  }

  private let descriptions: [String: Description]
  private let limit: Int
  private let dropped = CounterCell()
  // Invariant: `series` is the number of cells, and `owners` has every line of every family.
  private let registry = Mutex(Registry())

  /// Makes a backend without any metric.
  ///
  /// - Parameters:
  ///   - descriptions: Help and buckets by the metric's label, as the program writes it. Default: those
  ///     of RESTA's server.
  ///   - limit: The most series; handlers beyond it work and are not exposed, and
  ///     `metrics_dropped_total` counts them. Default: 2000.
  init(
    descriptions: [String: Description] = PrometheusMetrics.serverDescriptions, limit: Int = 2000
  ) {
    self.descriptions = Dictionary(
      descriptions.map { (MetricName.metric($0.key), $0.value) }, uniquingKeysWith: { $1 })
    self.limit = limit
    let own = MetricFamily(
      kind: .counter, cells: [LabelSet([], isHistogram: false): .counter(dropped)])
    registry.withLock {
      $0.families[Self.droppedName] = own
      $0.owners[Self.droppedName] = Self.droppedName
    }
  }

  /// All metrics in Prometheus' text format 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`).
  ///
  /// - Returns: Families by name, series by labels.
  /// - Complexity: O(n log n) in the number of series.
  func exposition() -> String {
    let families = registry.withLock { $0.families }
    return families.sorted { $0.key < $1.key }
      .flatMap { $0.value.lines(name: $0.key, help: help(of: $0.key)) }
      .map { $0 + "\n" }.joined()
  }

  private func help(of family: String) -> String? {
    if family == Self.droppedName {
      return "Metrics that are not exposed: too many, or a name twice."
    }
    return description(of: family)?.help
  }

  /// The description under the family's name, or under the label without its suffix.
  private func description(of family: String) -> Description? {
    let short = ["_total", "_seconds"].first { family.hasSuffix($0) }
      .map { String(family.dropLast($0.count)) }
    return descriptions[family] ?? short.flatMap { descriptions[$0] }
  }

  /// The bounds of a family's histograms.
  func buckets(of family: String) -> [Double] {
    let own = description(of: family)?.buckets?.filter(\.isFinite)
    return own.map { Set($0).sorted() } ?? Self.defaultBuckets
  }

  /// The cell of a series, made where there is none; `nil` when it may not be exposed.
  ///
  /// - Parameters:
  ///   - name: The family.
  ///   - kind: Its kind.
  ///   - labels: The series.
  ///   - make: Makes the cell.
  /// - Returns: The cell, of the same kind.
  func cell(
    _ name: String, kind: MetricFamily.Kind, labels: LabelSet, make: () -> MetricFamily.Cell
  ) -> MetricFamily.Cell? {
    let cell: MetricFamily.Cell? = registry.withLock { registry in
      var family = registry.families[name] ?? MetricFamily(kind: kind)
      guard family.kind == kind else { return nil }
      if let cell = family.cells[labels] { return cell }
      let names = kind.sampleNames(of: name)
      guard registry.series < limit, names.allSatisfy({ registry.owners[$0] ?? name == name })
      else { return nil }
      let cell = make()
      family.cells[labels] = cell
      registry.families[name] = family
      registry.series += 1
      for line in names { registry.owners[line] = name }
      return cell
    }
    if cell == nil { dropped.increment(by: 1.0) }
    return cell
  }

  /// Forgets the series of a handler.
  ///
  /// - Complexity: O(series).
  func remove(_ handler: AnyObject) {
    registry.withLock { registry in
      for (name, family) in registry.families {
        guard let labels = family.cells.first(where: { $0.value.isSame(as: handler) })?.key else {
          continue
        }
        registry.families[name]?.cells[labels] = nil
        registry.series -= 1
        guard family.cells.count == 1 else { continue }
        registry.families[name] = nil
        for line in family.kind.sampleNames(of: name) { registry.owners[line] = nil }
      }
    }
  }
}

// What swift-metrics asks a backend for. A handler that may not be exposed works all the same: the
// program that counts must not notice.
extension PrometheusMetrics {
  /// Makes, or finds, a counter.
  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  /// Makes, or finds, a counter of fractions.
  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  /// Makes, or finds, a gauge.
  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  /// Makes, or finds, a histogram, or a gauge where values are not to be aggregated.
  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    if aggregate { return histogram(label, dimensions, isTime: false) }
    return gauge(label, dimensions)
  }

  /// Makes, or finds, a histogram of seconds.
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions, isTime: true)
  }

  /// Takes a counter out of the exposition.
  func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

  /// Takes a counter of fractions out of the exposition.
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    remove(handler)
  }

  /// Takes a gauge out of the exposition.
  func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

  /// Takes a recorder out of the exposition.
  func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

  /// Takes a timer out of the exposition.
  func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterCell {
    let name = MetricFamily.Kind.counter.name(for: label, isTime: false)
    let labels = LabelSet(dimensions, isHistogram: false)
    let cell = cell(name, kind: .counter, labels: labels) { .counter(CounterCell()) }
    guard case .counter(let found) = cell else { return CounterCell() }
    return found
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeCell {
    let name = MetricFamily.Kind.gauge.name(for: label, isTime: false)
    let labels = LabelSet(dimensions, isHistogram: false)
    let cell = cell(name, kind: .gauge, labels: labels) { .gauge(GaugeCell()) }
    guard case .gauge(let found) = cell else { return GaugeCell() }
    return found
  }

  private func histogram(
    _ label: String, _ dimensions: [(String, String)], isTime: Bool
  ) -> HistogramCell {
    let name = MetricFamily.Kind.histogram.name(for: label, isTime: isTime)
    let labels = LabelSet(dimensions, isHistogram: true)
    let bounds = buckets(of: name)
    let cell = cell(name, kind: .histogram, labels: labels) {
      .histogram(HistogramCell(bounds: bounds))
    }
    guard case .histogram(let found) = cell else { return HistogramCell(bounds: bounds) }
    return found
  }
}
