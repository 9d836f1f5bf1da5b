import Foundation
import RESTA

/// Differences between two sides on the same prompts, by cluster.
///
/// The answers of a prompt are averaged on each side, so that it weighs the same however many seeds either side has.
struct PairedDifferences: Sendable {
  /// The prompts of one behavior.
  struct Cluster: Sendable, Hashable {
    var pairs: Int
    /// The sum over the prompts of the first side's mean less the second's.
    var difference: Double
    /// The same sum with as many answers on both sides, once for each choice of seeds.
    var runs: [Double]
  }

  private var prompts: [String: [(difference: Double, runs: [Double])]] = [:]

  /// Adds a prompt with the answers of both sides; without an answer on one side it is no pair.
  mutating func add(_ first: [Double], less second: [Double], to cluster: String) {
    guard let ours = first.average, let theirs = second.average else { return }
    let difference = ours - theirs
    guard first.count != second.count else {
      prompts[cluster, default: []].append((difference, [difference]))
      return
    }
    let isFirstLonger = first.count > second.count
    let (longer, shorter) = isFirstLonger ? (first, second) : (second, first)
    let runs = longer.indices.compactMap { start in
      shorter.indices.map { longer[(start + $0) % longer.count] }.average
        .map { isFirstLonger ? $0 - theirs : ours - $0 }
    }
    prompts[cluster, default: []].append((difference, runs))
  }

  var pairs: Int { prompts.values.reduce(0) { $0 + $1.count } }

  /// In ascending order of the clusters' ids.
  var clusters: [Cluster] {
    prompts.sorted { $0.key < $1.key }.map { _, prompts in
      let choices = prompts.map(\.runs.count).max() ?? 1
      let runs = (0..<choices).map { choice in
        prompts.reduce(0) { $0 + $1.runs[choice % $1.runs.count] }
      }
      let isOne = runs.allSatisfy { abs($0 - runs[0]) < 1e-9 }
      return Cluster(
        pairs: prompts.count, difference: prompts.reduce(0) { $0 + $1.difference },
        runs: isOne ? [runs[0]] : runs)
    }
  }
}

/// Whether two sides differ on the same prompts: a permutation test over clusters.
///
/// If neither side is better, the difference of a cluster could as well have had the other sign. The
/// statistic is the sum of the clusters' differences; p is the share of all arrangements of signs in
/// which it is as far from 0 as it was seen, or farther: of all of them where there are at most
/// ``mostArrangements``, else of ``draws`` random ones and the one seen.
///
/// Where one side has more answers to a prompt than the other, their mean hides how an answer
/// varies: of ten seeds against one undefended answer every difference can be small and of one sign.
/// So an arrangement takes as many of the longer side's answers as the other has, at random for each
/// cluster: with one answer to a prompt on either side, or as many on both, there is no choice.
///
/// The interval holds the differences that the same arrangements do not reject: 0 is outside of it when p
/// is at most 1 - confidence. Signs alone know only the clusters that changed: where few did, or all one
/// way, they cover 92 to 94 % of differences. So it reaches as far as what Wilson's limits say of the clusters
/// won and lost, at least.
///
/// References: R. Fisher, "The Design of Experiments" (1935), section 21; J. Hartigan, "Using
/// subsample values as typical values", Journal of the American Statistical Association 64 (1969), for
/// the interval; R. Newcombe, "Interval estimation for the difference between independent proportions",
/// Statistics in Medicine 17 (1998), for what it reaches at least; B. Phipson, G. Smyth, "Permutation p-values
/// should never be zero", Statistical Applications in Genetics and Molecular Biology 9 (2010), for the one seen.
struct SignFlipTest: Sendable, Hashable {
  /// All arrangements are tried up to this number: 16 clusters with one answer to a prompt on either side.
  static let mostArrangements = 1 << 16
  /// With fewer, no p is below 0.05.
  static let fewestChanged = 6

  /// The mean over the pairs.
  let difference: Double
  /// Two-sided.
  let p: Double
  /// Within -1...1.
  let interval: ConfidenceInterval

  /// `nil` without pairs.
  init?(
    _ differences: PairedDifferences, draws: Int = 9_999, confidence: Double = 0.95,
    seed: UInt64 = ClusterBootstrap.defaultSeed
  ) {
    let clusters = differences.clusters
    guard !clusters.isEmpty else { return nil }
    var arrangements = Arrangements(clusters)
    let (choices, overflow) = clusters.reduce((1, false)) { product, cluster in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: 2 * cluster.runs.count)
      return (value, product.1 || overflow)
    }
    if !overflow && choices <= Self.mostArrangements {
      arrangements.addAll()
    } else {
      arrangements.add(draws: draws, seed: seed)
    }
    difference = arrangements.total / arrangements.pairs
    // Choices between answers are no signs: of n clusters 2ⁿ⁻¹ pairs of signs can be told apart.
    let changed = clusters.count { $0.runs.contains { abs($0) > 1e-9 } }
    p = max(arrangements.p, Double(sign: .plus, exponent: 1 - max(1, changed), significand: 1))
    interval = Self.widened(
      arrangements.interval(level: 1 - confidence), about: difference, clusters, p: p, confidence)
  }

  /// As wide as Newcombe's square-and-add of Wilson's limits of what was won and of what was lost, at least.
  private static func widened(
    _ interval: ConfidenceInterval, about value: Double, _ clusters: [PairedDifferences.Cluster],
    p: Double, _ confidence: Double
  ) -> ConfidenceInterval {
    let pairs = clusters.reduce(0) { $0 + Double($1.pairs) }
    func share(_ sign: Double) -> (value: Double, limits: ConfidenceInterval) {
      let changed = clusters.reduce(0) { $0 + max(0, sign * $1.difference) }
      let value = min(1, changed / pairs)
      return (value, .wilson(share: value, of: Double(clusters.count), confidence: confidence))
    }
    let (won, lost) = (share(1), share(-1))
    let up = hypot(won.limits.high - won.value, lost.value - lost.limits.low)
    let down = hypot(lost.limits.high - lost.value, won.value - won.limits.low)
    var (low, high) = (min(interval.low, value - down), max(interval.high, value + up))
    // 0 is outside where p says so, and nowhere else.
    if p > 1 - confidence {
      (low, high) = (min(low, 0), max(high, 0))
    } else if value > 0 && low <= 0 {
      low = interval.isDegenerate ? 0 : interval.low
    } else if value < 0 && high >= 0 {
      high = interval.isDegenerate ? 0 : interval.high
    }
    return ConfidenceInterval(low: max(-1, low), high: min(1, high))
  }
}

/// Arrangements of the clusters' signs, in pairs of one and its opposite.
///
/// An arrangement is at least as far out as a difference δ when its sum, of the clusters less δ for
/// each of their pairs, is; which is so up to a limit of δ, that is (sum seen - sum arranged) / (2 ·
/// pairs that are flipped). The limits give p and the interval alike.
private struct Arrangements {
  let total: Double
  let pairs: Double
  private let clusters: [PairedDifferences.Cluster]
  private let rounding: Double
  private var count = 0
  private var farther = 0
  /// Up to where a difference above the one seen is as far out, and from where one below it.
  private var uppers: [Double] = []
  private var lowers: [Double] = []

  init(_ clusters: [PairedDifferences.Cluster]) {
    self.clusters = clusters
    total = clusters.reduce(0) { $0 + $1.difference }
    pairs = Double(clusters.reduce(0) { $0 + $1.pairs })
    rounding = 1e-9 * max(1, clusters.reduce(0) { $0 + abs($1.difference) })
  }

  var p: Double { Double(farther) / Double(count) }

  func interval(level: Double) -> ConfidenceInterval {
    let excluded = Int(level * Double(count) + 1e-9)
    return ConfidenceInterval(
      low: max(-1, lowers.sorted()[excluded]),
      high: min(1, uppers.sorted()[uppers.count - 1 - excluded]))
  }

  /// Takes every choice of runs and signs; the first cluster's sign stays, for the opposites.
  mutating func addAll() { add(from: 0, sum: 0, flipped: 0) }

  private mutating func add(from place: Int, sum: Double, flipped: Int) {
    guard place < clusters.count else {
      add(sum: sum, flipped: flipped)
      return
    }
    for run in clusters[place].runs {
      add(from: place + 1, sum: sum + run, flipped: flipped)
      if place > 0 {
        add(from: place + 1, sum: sum - run, flipped: flipped + clusters[place].pairs)
      }
    }
  }

  /// Takes the one seen and random ones: signs are the bits of the random stream at a = draw, b = 2,
  /// and cluster c has run ⌊w runs / 2^32⌋ with w its word at b = 3.
  mutating func add(draws: Int, seed: UInt64) {
    add(sum: total, flipped: 0)
    // As for the bootstrap, the purpose is only a fixed part of the address.
    let stream = RandomStream(seed: seed, purpose: .tokenSampling)
    let runs = clusters.map(\.runs)
    let sizes = clusters.map(\.pairs)
    let hasChoices = runs.contains { $0.count > 1 }
    for draw in 0..<draws {
      var (signs, choices) = (SIMD4<UInt32>(), SIMD4<UInt32>())
      var (sum, flipped) = (0.0, 0)
      for cluster in runs.indices {
        if cluster % 128 == 0 {
          signs = stream.words(a: UInt32(draw), b: 2, block: UInt32(cluster / 128))
        }
        if hasChoices && cluster % 4 == 0 {
          choices = stream.words(a: UInt32(draw), b: 3, block: UInt32(cluster / 4))
        }
        let count = runs[cluster].count
        let run = count == 1 ? 0 : Int((UInt64(choices[cluster % 4]) * UInt64(count)) >> 32)
        if signs[cluster % 128 / 32] >> UInt32(cluster % 32) & 1 == 0 {
          sum += runs[cluster][run]
        } else {
          sum -= runs[cluster][run]
          flipped += sizes[cluster]
        }
      }
      add(sum: sum, flipped: flipped)
    }
  }

  /// Takes an arrangement and its opposite.
  private mutating func add(sum: Double, flipped: Int) {
    count += 1
    if abs(sum) >= abs(total) - rounding { farther += 1 }
    add(sum: sum, flipped: Double(flipped))
    add(sum: -sum, flipped: pairs - Double(flipped))
  }

  private mutating func add(sum: Double, flipped: Double) {
    if flipped > 0 {
      let limit = (total - sum) / (2 * flipped)
      uppers.append(limit)
      lowers.append(limit)
    } else {
      // Nothing is flipped: it is as far out whatever the difference, or never.
      uppers.append(sum <= total + rounding ? .infinity : -.infinity)
      lowers.append(sum >= total - rounding ? -.infinity : .infinity)
    }
  }
}
