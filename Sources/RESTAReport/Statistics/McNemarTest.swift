import RESTAEvaluation

/// Whether two defences differ on the same prompts.
package enum McNemarTest {
  /// McNemar's exact p, two-sided.
  ///
  /// Only pairs that differ count. If neither side is better, each of those goes either way like a
  /// coin, so p = min(1, 2 P(X ≤ min(first, second))) with X binomial of `first + second` and 1/2.
  ///
  /// Reference: Q. McNemar, "Note on the sampling error of the difference between correlated
  /// proportions or percentages", Psychometrika 12 (1947), with the exact binomial distribution in
  /// place of its normal approximation.
  ///
  /// - Parameters:
  ///   - first: Pairs in which only the first side succeeded, at least 0.
  ///   - second: Pairs in which only the second side succeeded, at least 0.
  /// - Returns: p, greater than 0 and at most 1; 1 where no pair differs.
  package static func p(onlyFirst first: Int, onlySecond second: Int) -> Double {
    precondition(first >= 0 && second >= 0, "a number of pairs is not negative")
    if first == second { return 1 }
    let (fewer, more) = (Double(min(first, second)), Double(max(first, second)))
    // P(X ≤ k) of n coins is I_{1/2}(n - k, k + 1).
    return min(1, 2 * IncompleteBeta.regularized(0.5, a: more, b: fewer + 1))
  }
}
