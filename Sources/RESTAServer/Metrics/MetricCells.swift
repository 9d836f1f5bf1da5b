import CoreMetrics
import Synchronization

/// A series that only grows.
final class CounterCell: CounterHandler, FloatingPointCounterHandler {
  private let total = Mutex(0.0)

  /// The sum; exact up to 2^53.
  var value: Double { total.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  func increment(by amount: Double) {
    // A counter that fell would be read as a restart.
    guard amount > 0, amount.isFinite else { return }
    total.withLock { $0 += amount }
  }

  func reset() { total.withLock { $0 = 0 } }
}

/// A series that holds what it was last set to.
final class GaugeCell: MeterHandler, RecorderHandler {
  private let current = Mutex(0.0)

  var value: Double { current.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { current.withLock { $0 = value } }
  func increment(by amount: Double) { current.withLock { $0 += amount } }
  func decrement(by amount: Double) { current.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }
}

/// A distribution.
final class HistogramCell: RecorderHandler, TimerHandler {
  /// What was observed so far.
  struct Content: Sendable {
    /// For each bucket, and for all above the last, how many values fell into it alone.
    var counts: [Int]
    var sum = 0.0
  }

  /// The buckets' upper bounds, which belong to them; ascending.
  let bounds: [Double]
  // Invariant: the counts and the sum tell of the same values.
  private let state: Mutex<Content>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(Content(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  var content: Content { state.withLock { $0 } }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    // One NaN would make the sum NaN for good.
    guard value.isFinite else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { content in
      content.counts[bucket] += 1
      content.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
