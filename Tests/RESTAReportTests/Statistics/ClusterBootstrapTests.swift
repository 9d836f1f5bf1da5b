import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The cluster bootstrap") struct ClusterBootstrapTests {
  /// Clusters of one to five answers that resemble each other.
  private func observations(_ generator: inout SeededGenerator) -> [(value: Double, id: String)] {
    var observations: [(value: Double, id: String)] = []
    for cluster in 0..<generator.integer(in: 2...30) {
      let share = generator.chance(0.5) ? 0.2 : 0.7
      for _ in 0...generator.integer(in: 0...4) {
        observations.append((generator.chance(share) ? 1 : 0, "behavior \(cluster)"))
      }
    }
    return observations
  }

  private func sums(_ observations: [(value: Double, id: String)]) -> ClusterSums {
    observations.reduce(into: ClusterSums()) { $0.add($1.value, to: $1.id) }
  }

  @Test(arguments: UInt64(0)..<30)
  func `the order of the answers changes nothing`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let observations = observations(&generator)
    let bootstrap = ClusterBootstrap(draws: 100)
    let expected = bootstrap.interval(of: sums(observations))
    #expect(expected != nil)
    #expect(bootstrap.interval(of: sums(generator.shuffled(observations))) == expected)
  }

  @Test func `another seed gives another interval, the same one the same`() {
    var generator = SeededGenerator(seed: 3)
    let sums = sums(observations(&generator))
    let first = ClusterBootstrap(draws: 200).interval(of: sums)
    #expect(first == ClusterBootstrap(draws: 200).interval(of: sums))
    #expect(first != ClusterBootstrap(draws: 200, seed: 1).interval(of: sums))
  }

  @Test func `answers of one cluster count as one observation`() {
    var (once, tenfold) = (ClusterSums(), ClusterSums())
    for cluster in 0..<20 {
      for copy in 0..<10 {
        if copy == 0 { once.add(cluster < 8 ? 1 : 0, to: "\(cluster)") }
        tenfold.add(cluster < 8 ? 1 : 0, to: "\(cluster)")
      }
    }
    let bootstrap = ClusterBootstrap()
    #expect(bootstrap.interval(of: once) == bootstrap.interval(of: tenfold))
    // √(0.4 · 0.6 / 20) = 0.11, twice on either side.
    #expect(bootstrap.interval(of: once).map { $0.high - $0.low > 0.3 } == true)
  }

  @Test func `less than two clusters have no interval`() {
    var sums = ClusterSums()
    #expect(ClusterBootstrap().interval(of: sums) == nil)
    sums.add(1, to: "only")
    sums.add(0, to: "only")
    #expect(ClusterBootstrap().interval(of: sums) == nil)
  }

  @Test func `a ratio whose lower sum is often nothing has no interval`() {
    var sums = ClusterSums()
    // A draw misses the one cluster with a lower sum with probability (1 - 1/10)^10 = 0.35.
    for cluster in 0..<10 { sums.add(1, over: cluster == 0 ? 1 : 0, to: "\(cluster)") }
    #expect(sums.ratio == 10)
    #expect(ClusterBootstrap().interval(of: sums) == nil)
  }
}

extension ClusterBootstrap {
  func interval(of sums: ClusterSums) -> ConfidenceInterval? {
    interval(ofDraws: ResampleCache(for: self).ratios(of: sums, part: 0))
  }

  func interval(of first: ClusterSums, less second: ClusterSums) -> ConfidenceInterval? {
    let cache = ResampleCache(for: self)
    return interval(
      ofDraws: cache.ratios(of: first, part: 0), less: cache.ratios(of: second, part: 1))
  }
}
