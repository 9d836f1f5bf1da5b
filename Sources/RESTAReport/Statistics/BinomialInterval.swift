/// The two ends of a confidence interval.
struct ConfidenceInterval: Sendable, Hashable, Codable {
  var low: Double
  var high: Double

  /// Whether both ends are the same but for rounding.
  var isDegenerate: Bool { high - low <= 1e-12 * max(1, abs(low)) }

  /// Wilson's interval for numbers that need not be whole.
  static func wilson(share: Double, of n: Double, confidence: Double) -> ConfidenceInterval {
    let z = NormalDistribution.quantile((1 + confidence) / 2)
    let middle = share + z * z / (2 * n)
    let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // At 0 and 1 the ends are exact; rounding would miss them.
    return ConfidenceInterval(
      low: share == 0 ? 0 : max(0, (middle - reach) / scale),
      high: share == 1 ? 1 : min(1, (middle + reach) / scale))
  }
}

/// Intervals for a share of independent observations.
enum BinomialInterval {
  /// Wilson's score interval: the shares p that a two-sided score test of the observed one does not reject.
  ///
  /// (p̂ + z²/2n ± z √(p̂(1-p̂)/n + z²/4n²)) / (1 + z²/n), with p̂ the observed share and z the normal
  /// quantile. It never has zero width and never leaves 0...1.
  ///
  /// Reference: E. Wilson, "Probable inference, the law of succession, and statistical inference",
  /// Journal of the American Statistical Association 22 (1927).
  static func wilson(
    _ count: Int, of n: Int, confidence: Double = 0.95
  ) -> ConfidenceInterval {
    precondition(n > 0 && (0...n).contains(count), "\(count) of \(n) is not a share")
    return .wilson(share: Double(count) / Double(n), of: Double(n), confidence: confidence)
  }

  /// Clopper and Pearson's exact interval: it covers the true share at least as often as it says.
  ///
  /// Its ends are quantiles of beta distributions: with α = 1 - confidence, the α/2 quantile of
  /// beta(count, n - count + 1) and the 1 - α/2 quantile of beta(count + 1, n - count).
  ///
  /// Reference: C. Clopper, E. Pearson, "The use of confidence or fiducial limits illustrated in the
  /// case of the binomial", Biometrika 26 (1934).
  static func clopperPearson(
    _ count: Int, of n: Int, confidence: Double = 0.95
  ) -> ConfidenceInterval {
    precondition(n > 0 && (0...n).contains(count), "\(count) of \(n) is not a share")
    return clopperPearson(share: Double(count) / Double(n), of: Double(n), confidence: confidence)
  }

  /// Clopper and Pearson's interval for numbers that need not be whole, such as effective ones.
  static func clopperPearson(
    share: Double, of n: Double, confidence: Double
  ) -> ConfidenceInterval {
    let tail = (1 - confidence) / 2
    let (hits, misses) = (share * n, (1 - share) * n)
    return ConfidenceInterval(
      low: share == 0 ? 0 : IncompleteBeta.inverse(tail, a: hits, b: misses + 1),
      high: share == 1 ? 1 : IncompleteBeta.inverse(1 - tail, a: hits + 1, b: misses))
  }
}
