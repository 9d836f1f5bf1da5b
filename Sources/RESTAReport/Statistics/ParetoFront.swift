import RESTAEvaluation

/// The defences that none other beats.
package enum ParetoFront {
  /// What a defence costs and what it leaves.
  package struct Point: Sendable, Hashable {
    /// The attack success rate: less is better.
    package var attackSuccess: Double
    /// The usefulness: more is better.
    package var usefulness: Double

    /// Makes a point.
    ///
    /// - Parameters:
    ///   - attackSuccess: Less is better.
    ///   - usefulness: More is better.
    package init(attackSuccess: Double, usefulness: Double) {
      self.attackSuccess = attackSuccess
      self.usefulness = usefulness
    }

    /// Whether this point is at least as good in both respects and better in one.
    ///
    /// - Parameter other: Another point.
    /// - Returns: Whether it beats the other one.
    package func dominates(_ other: Point) -> Bool {
      attackSuccess <= other.attackSuccess && usefulness >= other.usefulness && self != other
    }
  }

  /// Which points no other one dominates; equal points stay or go together.
  ///
  /// - Parameter points: Any number of points.
  /// - Returns: For each point whether it is on the front.
  /// - Complexity: Quadratic in the points.
  package static func membership(of points: [Point]) -> [Bool] {
    points.map { point in !points.contains { $0.dominates(point) } }
  }
}
