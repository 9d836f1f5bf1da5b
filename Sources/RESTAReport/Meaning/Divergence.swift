import Foundation

/// How far one distribution over tokens is from another; distributions are logarithms of probabilities.
enum Divergence {
  /// The Kullback-Leibler divergence Σ p (ln p - ln q), in nats, 0 or more; infinite where q has no
  /// probability for what p has.
  ///
  /// - Precondition: Both are as long.
  static func kullbackLeibler(from p: [Double], to q: [Double]) -> Double {
    precondition(p.count == q.count, "distributions of one vocabulary are as long")
    var sum = 0.0
    for (p, q) in zip(p, q) where p > -.infinity { sum += exp(p) * (p - q) }
    // Rounding may leave equal ones a little below 0.
    return max(0, sum)
  }

  /// The mean of distributions, as logarithms again.
  ///
  /// - Precondition: At least one, all as long.
  static func mean(of distributions: [[Double]]) -> [Double] {
    precondition(!distributions.isEmpty, "a mean is of something")
    var sums = [Double](repeating: 0, count: distributions[0].count)
    for distribution in distributions {
      for (index, value) in distribution.enumerated() { sums[index] += exp(value) }
    }
    return sums.map { log($0 / Double(distributions.count)) }
  }
}
