import RESTADocuments
import RESTATesting
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

  @Test func `one answer in each cluster has Clopper and Pearson's interval`() {
    let rate = Rate(sums([(1, 0), (0, 1), (0, 1), (1, 0), (1, 0)]))
    let exact = BinomialInterval.clopperPearson(3, of: 5)
    #expect(rate.method == "clopper-pearson")
    #expect([rate.count, rate.n, rate.clusters] == [3, 5, 5])
    #expect(rate.share == 0.6)
    #expect(rate.low == exact.low && rate.high == exact.high)
  }

  @Test(arguments: [
    ([(0, 2), (0, 2), (0, 2)], 0), ([(2, 0), (2, 0), (2, 0)], 3),
  ])
  func `none and all have the interval of the number of clusters`(
    clusters: [(Int, Int)], count: Int
  ) {
    let rate = Rate(sums(clusters))
    let exact = BinomialInterval.clopperPearson(count, of: 3)
    #expect(rate.method == "effective-sample")
    #expect(rate.n == 6)
    #expect(abs(rate.low - exact.low) < 1e-12 && abs(rate.high - exact.high) < 1e-12)
  }

  /// Clusters of so many answers, of which the first hold so many successes each.
  private func rate(_ clusters: Int, of size: Int, successes: [Int]) -> Rate {
    Rate(
      sums(
        (0..<clusters).map { index in
          let ones = index < successes.count ? successes[index] : 0
          return (ones, size - ones)
        }))
  }

  @Test(arguments: [2, 3, 5, 8, 12, 20, 24, 36, 48, 60, 100], [2, 3, 4, 5, 7, 10, 16])
  func `one success is never narrower than none, and more never have a lower upper end`(
    clusters: Int, size: Int
  ) {
    let none = rate(clusters, of: size, successes: [])
    let one = rate(clusters, of: size, successes: [1])
    #expect(one.high - one.low >= none.high - none.low, "\(none), \(one)")
    for count in 1...min(clusters, 12) {
      for each in Set([1, size]) {
        let some = rate(clusters, of: size, successes: Array(repeating: each, count: count))
        #expect(some.high >= none.high - 1e-12, "\(none), \(some)")
        // The same for all but those, from the other end.
        let most = Rate(
          sums(
            (0..<clusters).map { $0 < count ? (size - each, each) : (size, 0) }))
        #expect(abs(most.low - (1 - some.high)) < 1e-9, "\(some), \(most)")
      }
    }
  }

  @Test func `unequal clusters, too: one success is never narrower than none`() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<100 {
      let sizes = (0..<generator.integer(in: 2...40)).map { _ in generator.integer(in: 1...10) }
      let none = Rate(sums(sizes.map { (0, $0) }))
      let place = generator.integer(in: 0...sizes.count - 1)
      let one = Rate(sums(sizes.enumerated().map { $0 == place ? (1, $1 - 1) : (0, $1) }))
      #expect(one.high - one.low >= none.high - none.low, "\(sizes), \(place)")
    }
  }

  @Test
  func `answers that all repeat their cluster's count as clusters, independent ones as answers`() {
    let repeated = Rate(sums((0..<60).map { $0 < 24 ? (5, 0) : (0, 5) }))
    let clusters = BinomialInterval.clopperPearson(24, of: 60)
    #expect(abs(repeated.low - clusters.low) < 0.02 && abs(repeated.high - clusters.high) < 0.02)
    let spread = Rate(sums((0..<60).map { _ in (2, 3) }))
    let answers = BinomialInterval.clopperPearson(120, of: 300)
    #expect(abs(spread.low - answers.low) < 0.02 && abs(spread.high - answers.high) < 0.02)
    #expect(spread.high - spread.low < 0.7 * (repeated.high - repeated.low))
  }

  @Test func `one cluster, and clusters of one share, have an interval with a width`() {
    for clusters in [[(2, 3)], [(1, 1), (2, 2), (1, 1)]] {
      let rate = Rate(sums(clusters))
      #expect(rate.low < rate.high - 0.3, "\(rate)")
    }
  }

  @Test func `observations that are shares keep their mean`() {
    var sums = ClusterSums()
    for cluster in 0..<3 { sums.add(cluster == 0 ? 1.0 / 3 : 0.5, to: "\(cluster)") }
    let rate = Rate(sums)
    #expect(abs((rate.share ?? 0) - 4.0 / 9) < 1e-12 && rate.count == 1 && rate.n == 3)
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

  @Test(arguments: [0.0, 0.1, 2.5])
  func `a mean of equal values has no interval, for one without a width says too much`(
    value: Double
  ) {
    var sums = ClusterSums()
    for cluster in 0..<7 { sums.add(value, to: "\(cluster)") }
    let mean = Mean(sums)
    #expect(abs((mean.value ?? .nan) - value) < 1e-12 && mean.low == nil && mean.high == nil)
    sums.add(value + 1, to: "7")
    #expect(Mean(sums).low.map { $0 < value + 0.1 } == true)
  }

  @Test(arguments: [0.0, 0.5, 1])
  func `a mean of equal shares has an interval with a width`(share: Double) throws {
    var sums = ClusterSums()
    for answer in 0..<24 { sums.add(share, to: "\(answer / 2)") }
    let mean = Mean(shares: sums)
    #expect(mean.value == share && mean.n == 24)
    let (low, high) = (try #require(mean.low), try #require(mean.high))
    #expect(low <= share && share <= high && high - low > 0.2)
    #expect(Mean(shares: ClusterSums()).value == nil && Mean(shares: ClusterSums()).low == nil)
  }
}
