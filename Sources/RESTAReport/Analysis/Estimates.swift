import RESTAEvaluation

/// A share with its n and its interval.
package struct Rate: Sendable, Hashable, Codable {
  /// How many of ``n``.
  package var count: Int
  /// Of how many.
  package var n: Int
  /// Independent clusters (behaviors) among them.
  package var clusters: Int
  /// The 95 % interval's lower end, 0...1.
  package var low: Double
  /// The 95 % interval's upper end, 0...1.
  package var high: Double
  /// How the interval was made: `wilson` or `cluster-bootstrap`.
  package var method: String

  /// The share; `nil` of nothing.
  package var share: Double? { n == 0 ? nil : Double(count) / Double(n) }
}

/// A mean with its n and its interval.
package struct Mean: Sendable, Hashable, Codable {
  /// The mean; `nil` of nothing.
  package var value: Double?
  /// Of how many.
  package var n: Int
  /// The 95 % interval's lower end.
  package var low: Double?
  /// The 95 % interval's upper end.
  package var high: Double?
}
