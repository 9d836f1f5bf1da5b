import RESTA
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
struct ClusterBootstrap: Sendable, Hashable {
  /// The default seed: the number of the paper's preprint.
  static let defaultSeed: UInt64 = 250_116_497

  let draws: Int
  let seed: UInt64
  /// The share of true values that intervals should cover.
  let confidence: Double

  init(draws: Int = 2000, seed: UInt64 = defaultSeed, confidence: Double = 0.95) {
    precondition(draws >= 1 && draws <= 1 << 31, "a bootstrap needs draws")
    precondition(confidence > 0 && confidence < 1, "a confidence is between 0 and 1")
    self.draws = draws
    self.seed = seed
    self.confidence = confidence
  }

  /// The interval of the difference of two ratios over different clusters, such as usefulness on benign prompts
  /// and attack success on adversarial ones: each side's clusters are drawn by themselves.
  func interval(ofDraws first: [Double?], less second: [Double?]) -> ConfidenceInterval? {
    interval(
      ofDraws: zip(first, second).map { first, second in
        guard let first, let second else { return nil }
        return first - second
      })
  }

  func interval(ofDraws draws: [Double?]) -> ConfidenceInterval? {
    let values = draws.compactMap(\.self).sorted()
    let tail = (1 - confidence) / 2
    guard Double(draws.count - values.count) <= 0.05 * Double(draws.count),
      let low = LinearQuantile.of(values, at: tail),
      let high = LinearQuantile.of(values, at: 1 - tail)
    else { return nil }
    return ConfidenceInterval(low: low, high: high)
  }
}

/// The draws of a bootstrap, kept for each number of clusters: an analysis has hundreds of intervals over
/// the same few, and making the draws costs more than using them.
final class ResampleCache {
  let bootstrap: ClusterBootstrap
  private var kept: [[Int]: [Int]] = [:]

  init(for bootstrap: ClusterBootstrap = .init()) { self.bootstrap = bootstrap }

  /// The ratio of the sums in each draw, `nil` where the lower one is not positive; no draws for fewer than two
  /// clusters.
  func ratios(of sums: ClusterSums, part: Int) -> [Double?] {
    let clusters = sums.ordered
    guard clusters.count >= 2 else { return [] }
    let indices = indices(clusters: clusters.count, part: part)
    return stride(from: 0, to: indices.count, by: clusters.count).map { start in
      var total = ClusterSums.Sums()
      for index in indices[start..<start + clusters.count] {
        total.numerator += clusters[index].numerator
        total.denominator += clusters[index].denominator
      }
      return total.denominator > 0 ? total.numerator / total.denominator : nil
    }
  }

  /// Which clusters the draws take, one draw after the other: with replacement, as many as there are.
  ///
  /// Draw d takes the clusters numbered ⌊w n / 2^32⌋, with w the first n words of the random stream at
  /// a = d, b = `part`, blocks 0, 1, ... (a cluster's chance is off by at most n / 2^32).
  private func indices(clusters: Int, part: Int) -> [Int] {
    if let found = kept[[clusters, part]] { return found }
    // Purposes keep apart the numbers of one run of the decoder. None runs here: this one is only a
    // fixed part of the address.
    let stream = RandomStream(seed: bootstrap.seed, purpose: .tokenSampling)
    var indices: [Int] = []
    indices.reserveCapacity(clusters * bootstrap.draws)
    for draw in 0..<bootstrap.draws {
      var words = SIMD4<UInt32>()
      for cluster in 0..<clusters {
        if cluster % 4 == 0 {
          words = stream.words(a: UInt32(draw), b: UInt32(part), block: UInt32(cluster / 4))
        }
        indices.append(Int((UInt64(words[cluster % 4]) * UInt64(clusters)) >> 32))
      }
    }
    // 16 MiB each at most: a larger one is made again each time.
    if indices.count <= 1 << 21 { kept[[clusters, part]] = indices }
    return indices
  }
}

/// Observations added up by cluster, as the bootstrap resamples them.
///
/// A share, a mean, a difference of two paired shares and a ratio of two means are all one sum over another:
///
/// | what | numerator of an observation | denominator |
/// | --- | --- | --- |
/// | share | 1 or 0 | 1 |
/// | mean | the value | 1 |
/// | difference of paired shares | the first's share less the second's | 1 |
/// | ratio of means on the same prompts | the first's value | the second's value |
///
/// ```swift
/// var complied = ClusterSums()
/// complied.add(1, to: "behavior 1")
/// complied.add(0, to: "behavior 1")
/// complied.add(1, to: "behavior 2")
/// complied.ratio  // 0.666…
/// ```
///
/// What is added in another order gives the same sums where they are exact, as counts are.
struct ClusterSums: Sendable, Hashable {
  struct Sums: Sendable, Hashable {
    var numerator = 0.0
    var denominator = 0.0
  }

  private var sums: [String: Sums] = [:]

  private(set) var observations = 0

  mutating func add(_ numerator: Double, over denominator: Double = 1, to cluster: String) {
    precondition(numerator.isFinite && denominator.isFinite, "an observation is finite")
    sums[cluster, default: Sums()].numerator += numerator
    sums[cluster, default: Sums()].denominator += denominator
    observations += 1
  }

  var clusters: Int { sums.count }

  /// The ratio of the two sums over all clusters; `nil` where the lower one is not positive.
  var ratio: Double? {
    let total = ordered.reduce(into: Sums()) { total, cluster in
      total.numerator += cluster.numerator
      total.denominator += cluster.denominator
    }
    return total.denominator > 0 ? total.numerator / total.denominator : nil
  }

  /// The clusters' sums in ascending order of the clusters' ids, so that no result depends on the
  /// order in a dictionary.
  var ordered: [Sums] { sums.sorted { $0.key < $1.key }.map(\.value) }
}
