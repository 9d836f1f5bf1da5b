import RESTAEvaluation

/// The cluster bootstrap: intervals for answers that are not independent, by resampling what is.
///
/// Answers to one behavior (its attacks, and all noise seeds of each) resemble each other, so not
/// answers but clusters are drawn, with replacement and as many as there are; all of a cluster's
/// answers stay together. The statistic is computed in each draw, and the interval is that between
/// the draws' α/2 and 1 - α/2 quantiles (percentile method).
///
/// The draws come from a fixed seed: the same data always give the same interval.
///
/// References: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; A.
/// Davison, D. Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8, for clusters.
///
/// With few clusters the interval is too narrow: below ten, take it as a hint.
package struct ClusterBootstrap: Sendable, Hashable {
  /// The default seed: the number of the paper's preprint.
  package static let defaultSeed: UInt64 = 250_116_497

  /// How many draws.
  package let draws: Int
  /// The seed of the draws.
  package let seed: UInt64
  /// The share of true values that intervals should cover.
  package let confidence: Double

  /// Makes a bootstrap.
  ///
  /// - Parameters:
  ///   - draws: How many draws, `1...2^31`. Default: 2000.
  ///   - seed: The seed of the draws. Default: ``defaultSeed``.
  ///   - confidence: Greater than 0 and less than 1. Default: 0.95.
  package init(draws: Int = 2000, seed: UInt64 = defaultSeed, confidence: Double = 0.95) {
    precondition(draws >= 1 && draws <= 1 << 31, "a bootstrap needs draws")
    precondition(confidence > 0 && confidence < 1, "a confidence is between 0 and 1")
    self.draws = draws
    self.seed = seed
    self.confidence = confidence
  }

  /// The interval of a ratio of sums: a share, a mean, a difference of paired shares.
  ///
  /// - Parameter sums: The observations by cluster.
  /// - Returns: The interval; `nil` for fewer than two clusters, which say nothing about how much
  ///   clusters differ, and where more than one draw in twenty has no ratio.
  /// - Complexity: O(draws · clusters).
  package func interval(of sums: ClusterSums) -> ConfidenceInterval? {
    interval(of: sums, from: ResampleCache(for: self))
  }

  func interval(of sums: ClusterSums, from cache: ResampleCache) -> ConfidenceInterval? {
    interval(ofDraws: cache.ratios(of: sums, part: 0))
  }

  /// The interval of the difference of two ratios over different clusters, such as usefulness on
  /// benign prompts and attack success on adversarial ones: each side's clusters are drawn by
  /// themselves.
  ///
  /// - Parameters:
  ///   - first: The observations of the first ratio.
  ///   - second: Those of the ratio that is taken from it.
  /// - Returns: The interval; `nil` for fewer than two clusters on a side, and where more than one
  ///   draw in twenty has no ratio.
  /// - Complexity: O(draws · clusters).
  package func interval(of first: ClusterSums, less second: ClusterSums) -> ConfidenceInterval? {
    let cache = ResampleCache(for: self)
    return interval(
      ofDraws: cache.ratios(of: first, part: 0), less: cache.ratios(of: second, part: 1))
  }

  func interval(ofDraws first: [Double?], less second: [Double?]) -> ConfidenceInterval? {
    interval(
      ofDraws: zip(first, second).map { first, second in
        guard let first, let second else { return nil }
        return first - second
      })
  }

  func interval(ofDraws draws: [Double?]) -> ConfidenceInterval? {
    var values: [Double] = []
    values.reserveCapacity(draws.count)
    for case let value? in draws { values.append(value) }
    guard !values.isEmpty, Double(draws.count - values.count) <= 0.05 * Double(draws.count) else {
      return nil
    }
    let tail = (1 - confidence) / 2
    return ConfidenceInterval(
      low: Quantile.of(&values, tail), high: Quantile.of(&values, 1 - tail))
  }
}
