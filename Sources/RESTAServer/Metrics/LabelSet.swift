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
