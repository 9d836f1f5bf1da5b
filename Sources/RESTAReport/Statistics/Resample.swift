import RESTAEvaluation
import RESTA

/// Which clusters each draw of a bootstrap takes: with replacement, as many as there are.
///
/// Draw d takes the clusters numbered ⌊w n / 2^32⌋, with w the first n words of the random stream at
/// a = d, b = `part`, blocks 0, 1, ... (a cluster's chance is off by at most n / 2^32).
struct Resample: Sendable {
  /// The clusters of all draws, one draw after the other.
  let indices: [Int]
  let draws: Int
  let clusters: Int

  init(clusters: Int, draws: Int, seed: UInt64, part: Int) {
    // Purposes keep apart the numbers of one run of the decoder. None runs here: this one is only a
    // fixed part of the address.
    let stream = RandomStream(seed: seed, purpose: .tokenSampling)
    var indices: [Int] = []
    indices.reserveCapacity(clusters * draws)
    for draw in 0..<draws {
      var words = SIMD4<UInt32>()
      for cluster in 0..<clusters {
        if cluster % 4 == 0 {
          words = stream.words(a: UInt32(draw), b: UInt32(part), block: UInt32(cluster / 4))
        }
        indices.append(Int((UInt64(words[cluster % 4]) * UInt64(clusters)) >> 32))
      }
    }
    self.indices = indices
    self.draws = draws
    self.clusters = clusters
  }

  /// The ratio of the sums in each draw; `nil` where the lower sum is not positive.
  func ratios(of sums: ClusterSums) -> [Double?] {
    let ordered = sums.ordered
    precondition(ordered.count == clusters, "the draws were made for another number of clusters")
    let numerators = ordered.map(\.numerator)
    let denominators = ordered.map(\.denominator)
    return (0..<draws).map { draw in
      var (numerator, denominator) = (0.0, 0.0)
      for place in (draw * clusters)..<((draw + 1) * clusters) {
        let cluster = indices[place]
        numerator += numerators[cluster]
        denominator += denominators[cluster]
      }
      return denominator > 0 ? numerator / denominator : nil
    }
  }
}
