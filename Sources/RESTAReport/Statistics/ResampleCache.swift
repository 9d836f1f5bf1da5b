import RESTAEvaluation

/// Keeps the draws for each number of clusters, because an analysis has hundreds of intervals over
/// the same few numbers of clusters, and making the draws costs more than using them.
final class ResampleCache {
  private struct Key: Hashable {
    var clusters: Int
    var part: Int
  }

  private let bootstrap: ClusterBootstrap
  private var kept: [Key: Resample] = [:]

  init(for bootstrap: ClusterBootstrap) { self.bootstrap = bootstrap }

  /// The ratio of the sums in each draw, with `nil` where there is none; no draws for fewer than two
  /// clusters.
  func ratios(of sums: ClusterSums, part: Int) -> [Double?] {
    guard sums.clusters >= 2 else { return [] }
    return resample(clusters: sums.clusters, part: part).ratios(of: sums)
  }

  private func resample(clusters: Int, part: Int) -> Resample {
    let key = Key(clusters: clusters, part: part)
    if let found = kept[key] { return found }
    let made = Resample(
      clusters: clusters, draws: bootstrap.draws, seed: bootstrap.seed, part: part)
    // 16 MiB each at most: a larger one is made again each time.
    if made.indices.count <= 1 << 21 { kept[key] = made }
    return made
  }
}
