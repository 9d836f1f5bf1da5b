/// The two ends of a confidence interval.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// Makes an interval.
  ///
  /// - Parameters:
  ///   - low: The lower end.
  ///   - high: The upper end, at least `low`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether both ends are the same but for rounding.
  public var isDegenerate: Bool { high - low <= 1e-12 * max(1, abs(low)) }

  /// Whether a value is inside, ends included.
  ///
  /// - Parameter value: Any value.
  /// - Returns: Whether it is inside.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
