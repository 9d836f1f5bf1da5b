import CoreMetrics

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
