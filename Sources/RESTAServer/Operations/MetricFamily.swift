import CoreMetrics
import Synchronization

/// All series of one name, and how they are exposed.
struct MetricFamily: Sendable {
  /// The type that Prometheus knows.
  enum Kind: String, Sendable {
    case counter, gauge, histogram

    /// The name of a family, with the suffix that the kind has by convention.
    ///
    /// - Parameters:
    ///   - label: The name that the program uses.
    ///   - isTime: Whether values are seconds.
    /// - Returns: The name.
    func name(for label: String, isTime: Bool) -> String {
      let name = MetricName.metric(label)
      let suffix = self == .counter ? "_total" : isTime ? "_seconds" : ""
      return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The names of the lines of a family: no two families may share one.
    func sampleNames(of name: String) -> [String] {
      self == .histogram ? [name, "\(name)_bucket", "\(name)_sum", "\(name)_count"] : [name]
    }
  }

  /// A series.
  enum Cell: Sendable {
    case counter(CounterCell)
    case gauge(GaugeCell)
    case histogram(HistogramCell)

    /// Whether it is this object.
    func isSame(as handler: AnyObject) -> Bool {
      switch self {
      case .counter(let cell): cell === handler
      case .gauge(let cell): cell === handler
      case .histogram(let cell): cell === handler
      }
    }
  }

  let kind: Kind
  var cells: [LabelSet: Cell] = [:]

  /// The lines of the family, series in the order of their labels.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - help: What it says, if anything.
  /// - Returns: HELP, TYPE and the samples.
  func lines(name: String, help: String?) -> [String] {
    var lines = help.map { ["# HELP \(name) \(MetricName.help($0))"] } ?? []
    lines.append("# TYPE \(name) \(kind.rawValue)")
    for (labels, cell) in cells.sorted(by: { $0.key < $1.key }) {
      switch cell {
      case .counter(let cell):
        lines.append("\(name)\(labels.braced()) \(MetricName.number(cell.value))")
      case .gauge(let cell):
        lines.append("\(name)\(labels.braced()) \(MetricName.number(cell.value))")
      case .histogram(let cell):
        lines += Self.lines(name: name, labels: labels, bounds: cell.bounds, cell.content)
      }
    }
    return lines
  }

  private static func lines(
    name: String, labels: LabelSet, bounds: [Double], _ content: HistogramCell.Content
  ) -> [String] {
    var lines: [String] = []
    var count = 0
    for (bound, own) in zip(bounds + [.infinity], content.counts) {
      count += own
      let bucket = labels.braced(adding: "le=\"\(MetricName.number(bound))\"")
      lines.append("\(name)_bucket\(bucket) \(count)")
    }
    lines.append("\(name)_sum\(labels.braced()) \(MetricName.number(content.sum))")
    lines.append("\(name)_count\(labels.braced()) \(count)")
    return lines
  }
}

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

/// The spelling of names and values in Prometheus' text format.
enum MetricName {
  /// A name of a metric: letters, digits, `_` and `:`, no digit first; everything else becomes `_`.
  static func metric(_ label: String) -> String { identifier(label, allowsColon: true) }

  /// A name of a label: as a metric's without the colon, and not one of Prometheus' own.
  ///
  /// - Parameters:
  ///   - name: What the program calls it.
  ///   - isHistogram: `le` is a histogram's own label.
  /// - Returns: The name.
  static func label(_ name: String, isHistogram: Bool) -> String {
    let name = identifier(name, allowsColon: false)
    return name.hasPrefix("__") || (isHistogram && name == "le") ? "exported_" + name : name
  }

  /// A label's value between its quotes.
  static func value(_ text: String) -> String {
    escaped(text) { $0 == "\"" ? "\\\"" : nil }
  }

  /// The text of a HELP line.
  static func help(_ text: String) -> String { escaped(text) { _ in nil } }

  /// A number; whole ones without a fraction.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && value.magnitude < 0x1p53 ? "\(Int64(value))" : "\(value)"
  }

  private static func identifier(_ text: String, allowsColon: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
      case "0"..."9":
        if result.isEmpty { result = "_" }
        result.unicodeScalars.append(scalar)
      case ":" where allowsColon: result.unicodeScalars.append(scalar)
      default: result += "_"
      }
    }
    return result.isEmpty ? "_" : result
  }

  // By scalars: to Swift, a carriage return with its line feed is one character. Control characters
  // other than the line feed have no escape in the format; no value needs one.
  private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let escaped = escape(scalar) {
        result += escaped
      } else if scalar == "\\" {
        result += "\\\\"
      } else if scalar == "\n" {
        result += "\\n"
      } else if scalar.properties.generalCategory == .control {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// The labels of a series, written as they are exposed: what is written alike is one series.
struct LabelSet: Sendable, Hashable, Comparable {
  /// `name="value"` with commas, by name; empty without labels.
  let text: String

  /// Writes labels.
  ///
  /// - Parameters:
  ///   - dimensions: Names and values in any order; of two values of one name the last counts.
  ///   - isHistogram: Whether `le` is taken.
  init(_ dimensions: [(String, String)], isHistogram: Bool) {
    let pairs = dimensions.map {
      (MetricName.label($0.0, isHistogram: isHistogram), MetricName.value($0.1))
    }
    text = Dictionary(pairs) { $1 }.sorted { $0.key < $1.key }
      .map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
  }

  /// The labels in braces, with one more at the end.
  func braced(adding more: String = "") -> String {
    let all = [text, more].filter { !$0.isEmpty }.joined(separator: ",")
    return all.isEmpty ? "" : "{\(all)}"
  }

  // Canonically equivalent values are different series: their bytes differ.
  static func == (a: LabelSet, b: LabelSet) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
  static func < (a: LabelSet, b: LabelSet) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
  func hash(into hasher: inout Hasher) { hasher.combine(Array(text.utf8)) }
}
