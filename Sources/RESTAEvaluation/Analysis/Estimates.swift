/// A share with its n and its interval.
public struct Rate: Sendable, Hashable, Codable {
  /// How many of ``n``.
  public var count: Int
  /// Of how many.
  public var n: Int
  /// Independent clusters (behaviors) among them.
  public var clusters: Int
  /// The 95 % interval's lower end, 0...1.
  public var low: Double
  /// The 95 % interval's upper end, 0...1.
  public var high: Double
  /// How the interval was made: `wilson` or `cluster-bootstrap`.
  public var method: String

  /// The share; `nil` of nothing.
  public var share: Double? { n == 0 ? nil : Double(count) / Double(n) }
}

/// A mean with its n and its interval.
public struct Mean: Sendable, Hashable, Codable {
  /// The mean; `nil` of nothing.
  public var value: Double?
  /// Of how many.
  public var n: Int
  /// The 95 % interval's lower end.
  public var low: Double?
  /// The 95 % interval's upper end.
  public var high: Double?
}
