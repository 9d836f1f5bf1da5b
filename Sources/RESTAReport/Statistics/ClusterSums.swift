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
