import RESTAEvaluation

/// The two ends of a confidence interval.
package struct ConfidenceInterval: Sendable, Hashable, Codable {
  /// The lower end.
  package var low: Double
  /// The upper end.
  package var high: Double

  /// Makes an interval.
  ///
  /// - Parameters:
  ///   - low: The lower end.
  ///   - high: The upper end, at least `low`.
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether both ends are the same but for rounding.
  package var isDegenerate: Bool { high - low <= 1e-12 * max(1, abs(low)) }

  /// Whether a value is inside, ends included.
  ///
  /// - Parameter value: Any value.
  /// - Returns: Whether it is inside.
  package func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
