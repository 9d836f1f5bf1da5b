import Foundation
import RESTA

/// What was measured of one prompt.
package struct PromptMeaning: Sendable, Encodable {
  /// The prompt's number in its source.
  package var prompt: Int
  /// The seed of the noise.
  package var seed: UInt64
  var promptTokens: Int
  /// The undefended, greedy answer.
  var answer: String
  /// In the order of the study's defences.
  var settings: [Setting]

  /// One setting.
  struct Setting: Sendable, Encodable {
    /// Its name, as a sweep's tables have it.
    var defense: String
    var sigmaAbsolute: Double
    /// The perturbed tokens, in order.
    var tokens: [Token]
    var prediction: Prediction
    var oneCopy: Answer
    var vote: Answer
  }

  /// One perturbed token in copy 0.
  struct Token: Sendable, Encodable {
    var id: TokenID
    var cosine: Double?
    var normRatio: Double
    var signFlips: Double
    var ownByCosine = true
    var ownByProduct = true

    init(id: TokenID, change: RowChange) {
      self.id = id
      cosine = change.cosine
      normRatio = change.normRatio
      signFlips = change.signFlips
    }
  }

  /// The distribution of the first token of the answer, beside the clean one.
  struct Prediction: Sendable, Encodable, Hashable {
    /// From the clean distribution to that of copy 0, in nats; `nil` where it is infinite.
    var divergence: Double?
    /// From the clean distribution to the mean of all copies', in nats.
    var divergenceOfMean: Double?
    /// Whether the likeliest token is the same.
    var isSame: Bool
    var isSameInMean: Bool

    /// Compares logarithms of probabilities.
    ///
    /// - Precondition: There is a copy.
    init(clean: [Double], copies: [[Double]]) throws {
      let mean = Divergence.mean(of: copies)
      func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
      divergence = finite(Divergence.kullbackLeibler(from: clean, to: copies[0]))
      divergenceOfMean = finite(Divergence.kullbackLeibler(from: clean, to: mean))
      isSame = Self.likeliest(copies[0]) == Self.likeliest(clean)
      isSameInMean = Self.likeliest(mean) == Self.likeliest(clean)
    }

    /// Of equally likely tokens the first, as everywhere.
    private static func likeliest(_ values: [Double]) -> Int? {
      values.indices.max { (values[$0], $1) < (values[$1], $0) }
    }
  }

  struct Answer: Sendable, Encodable {
    /// Of the first l tokens, the share that is the same at the same place.
    var agreement: Double
    var text: String

    init(_ result: GenerationResult, like clean: GenerationResult, _ prefix: PrefixLength) {
      agreement = CalibrationPoint.share(of: result.tokenIDs, like: clean.tokenIDs, prefix)
      text = result.text
    }
  }
}

/// How far one distribution over tokens is from another; distributions are logarithms of probabilities.
enum Divergence {
  /// The Kullback-Leibler divergence Σ p (ln p - ln q), in nats, 0 or more; infinite where q has no
  /// probability for what p has.
  ///
  /// - Precondition: Both are as long.
  static func kullbackLeibler(from p: [Double], to q: [Double]) -> Double {
    precondition(p.count == q.count, "distributions of one vocabulary are as long")
    var sum = 0.0
    // What is too unlikely to have a probability adds nothing, even where q is 0 too: not 0 · ∞.
    for (p, q) in zip(p, q) where exp(p) > 0 { sum += exp(p) * (p - q) }
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
