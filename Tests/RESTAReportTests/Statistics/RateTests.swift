import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Rates and means with intervals") struct RateTests {
  /// Clusters with so many answers of 1 and of 0.
  private func sums(_ clusters: [(ones: Int, zeros: Int)]) -> ClusterSums {
    var sums = ClusterSums()
    for (index, cluster) in clusters.enumerated() {
      for _ in 0..<cluster.ones { sums.add(1, to: "\(index)") }
      for _ in 0..<cluster.zeros { sums.add(0, to: "\(index)") }
    }
    return sums
  }

  @Test func `one answer in each cluster has Wilson's interval`() {
    let rate = Rate(sums([(1, 0), (0, 1), (0, 1), (1, 0), (1, 0)]))
    let wilson = BinomialInterval.wilson(3, of: 5)
    #expect(rate.method == "wilson")
    #expect([rate.count, rate.n, rate.clusters] == [3, 5, 5])
    #expect(rate.share == 0.6)
    #expect(rate.low == wilson.low && rate.high == wilson.high)
  }

  @Test func `several answers in a cluster have the bootstrap's interval`() {
    let observations = sums([(3, 0), (0, 3), (1, 2), (2, 1)])
    let rate = Rate(observations)
    #expect(rate.method == "cluster-bootstrap")
    #expect([rate.count, rate.n, rate.clusters] == [6, 12, 4])
    let interval = ClusterBootstrap().interval(of: observations)
    #expect(rate.low == interval?.low && rate.high == interval?.high)
  }

  @Test(arguments: [
    ([(0, 3), (0, 3), (0, 2)], 0), ([(3, 0), (3, 0), (2, 0)], 3),
  ])
  func `none and all have Wilson's interval of the number of clusters`(
    clusters: [(Int, Int)], count: Int
  ) {
    let rate = Rate(sums(clusters))
    let wilson = BinomialInterval.wilson(count, of: 3)
    #expect(rate.method == "wilson")
    #expect(rate.n == 8)
    #expect(rate.low == wilson.low && rate.high == wilson.high)
  }

  @Test func `one cluster, and clusters of one share, have an interval with a width`() {
    for clusters in [[(2, 3)], [(1, 1), (2, 2), (1, 1)]] {
      let rate = Rate(sums(clusters))
      #expect(rate.method == "wilson")
      #expect(rate.low < rate.high - 0.3, "\(rate)")
    }
  }

  @Test func `a rate of nothing says nothing`() {
    let rate = Rate(ClusterSums())
    #expect(rate == Rate(0, of: 0))
    #expect(rate.share == nil && rate.low == 0 && rate.high == 1)
  }

  @Test func `a mean of one cluster has no interval, and of none no value`() {
    #expect(Mean(ClusterSums()).value == nil)
    let mean = Mean(sums([(1, 3)]))
    #expect(mean.value == 0.25 && mean.n == 4 && mean.low == nil && mean.high == nil)
  }

  @Test(arguments: [(-1.0, -1.0), (0, 0), (1, 1)])
  func `equal differences in all clusters leave room for what was not seen`(
    difference: Double, expected: Double
  ) {
    var sums = ClusterSums()
    for cluster in 0..<8 { sums.add(difference, to: "\(cluster)") }
    let mean = Mean(differences: sums)
    let reach = BinomialInterval.wilson(0, of: 8).high
    #expect(mean.value == expected)
    #expect(mean.low == max(-1, expected - reach) && mean.high == min(1, expected + reach))
  }
}
