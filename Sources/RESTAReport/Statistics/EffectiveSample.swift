/// How many independent answers a clustered sample is worth, and the interval that follows.
///
/// Answers to one behavior resemble each other, so n of them tell less about a share than n
/// independent ones. The design effect says by how much: the variance of the share between clusters,
/// over that of n independent answers. Clopper and Pearson's interval is taken for the same share of
/// n over that. Where each cluster has one answer, it is theirs as it is.
///
/// Deviations, all to the safe side:
/// - A design effect is never below 1, so no clustering is worth more than independence.
/// - The estimate rests on the clusters that hold the rarer outcome, and one such cluster says
///   nothing about resemblance. With k of them it has the weight k - 1 against a weight of
///   ``priorWeight`` for full resemblance, at which only clusters count. So none and one have the
///   same effective size, and one success is never narrower than none.
/// - The upper end is never below that of none of as many clusters, nor the lower end above that of all.
///
/// References: E. Korn, B. Graubard, "Confidence intervals for proportions with small expected number
/// of positive counts estimated from survey data", Survey Methodology 24 (1998), with their
/// correction for few clusters; L. Kish, "Survey Sampling" (1965), for unequal clusters.
struct EffectiveSample: Sendable, Hashable {
  /// The clusters that full resemblance is believed for; found by simulation (`CoverageTests`).
  static let priorWeight = 2.0

  let share: Double
  /// The effective number of answers; not whole.
  let size: Double
  let confidence: Double
  /// What the sample is worth at full resemblance: (Σm)² / Σm² for clusters of m answers.
  private let worth: Double

  /// `nil` without answers.
  init?(_ sums: ClusterSums, confidence: Double = 0.95) {
    guard let share = sums.ratio else { return nil }
    let clusters = sums.ordered.filter { $0.denominator > 0 }
    let n = clusters.reduce(0) { $0 + $1.denominator }
    let squares = clusters.reduce(0) { $0 + $1.denominator * $1.denominator }
    let worth = n * n / squares
    self.share = share
    self.worth = worth
    self.confidence = confidence
    guard worth < n * (1 - 1e-12) else {
      size = n
      return
    }
    let holding = clusters.count { $0.numerator > 1e-9 }
    let lacking = clusters.count { $0.numerator < $0.denominator - 1e-9 }
    let weight = Double(max(0, min(holding, lacking) - 1))
    var effect = n / worth
    var known = 0.0
    if weight > 0, worth > 1 {
      let between = clusters.reduce(0.0) { sum, cluster in
        let residual = cluster.numerator - share * cluster.denominator
        return sum + residual * residual
      }
      let variance = worth / (worth - 1) * between / (n * n)
      let estimate = max(1, variance * n / (share * (1 - share)))
      known = weight / (weight + Self.priorWeight)
      effect = known * estimate + (1 - known) * effect
    }
    let correction = worth > 1 ? Self.correction(n: n, clusters: worth, confidence) : 1
    size = min(n, n / effect * (1 + (correction - 1) * known))
  }

  var interval: ConfidenceInterval {
    let own = BinomialInterval.clopperPearson(share: share, of: size, confidence: confidence)
    let none = BinomialInterval.clopperPearson(share: 0, of: worth, confidence: confidence)
    return ConfidenceInterval(low: min(own.low, 1 - none.high), high: max(own.high, none.high))
  }

  /// Korn and Graubard's: the variance is known as well as that of so many clusters.
  private static func correction(n: Double, clusters: Double, _ confidence: Double) -> Double {
    let tail = (1 + confidence) / 2
    let ratio =
      StudentDistribution.quantile(tail, degrees: n - 1)
      / StudentDistribution.quantile(tail, degrees: clusters - 1)
    return ratio * ratio
  }
}
