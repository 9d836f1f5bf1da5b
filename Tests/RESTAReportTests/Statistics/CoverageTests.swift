import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

/// How often intervals hold the true share, over seeded data.
///
/// In R repetitions an interval of coverage c covers c R times give or take √(c (1 - c) R). The bounds
/// are four of those around 0.95, plus what is said at each test.
@Suite("Coverage of the intervals") struct CoverageTests {
  @Test func `Wilson's covers about 95 %`() {
    // R = 1000: 4 √(0.95 · 0.05 / 1000) = 0.028. Over evenly spread shares Wilson's coverage is
    // within 0.005 of 0.95 at n = 60.
    var generator = SeededGenerator(seed: 1)
    var covered = 0
    for repetition in 0..<1000 {
      let share = (Double(repetition) + 0.5) / 1000
      let count = (0..<60).count { _ in generator.chance(share) }
      if BinomialInterval.wilson(count, of: 60).contains(share) { covered += 1 }
    }
    #expect((917...983).contains(covered), "\(covered) of 1000")
  }

  @Test func `the cluster bootstrap's covers about 95 %, where Wilson's of all answers does not`() {
    // 60 behaviors with 4 answers each. A third of the behaviors is easy (0.9 of the answers comply),
    // the others hard (0.1): the true share is 0.3 · 0.9 + 0.7 · 0.1 = 0.34.
    //
    // R = 400: 4 √(0.95 · 0.05 / 400) = 0.044. The percentile method with 60 clusters is short of 0.95
    // by about 0.01, and 1000 draws move the ends by another 0.007 of coverage: 0.889...1.
    //
    // The variance of a cluster's share is 0.21 · 0.64 + 0.09 / 4 = 0.157, against 0.34 · 0.66 / 4 =
    // 0.056 of independent answers: Wilson's interval reaches 1.96 · √(0.056 / 0.157) = 1.17 standard
    // deviations and covers 0.76, with four of √(0.76 · 0.24 / 400) at most 0.85.
    var generator = SeededGenerator(seed: 2)
    let bootstrap = ClusterBootstrap(draws: 1000)
    let cache = ResampleCache(for: bootstrap)
    var (covered, naive) = (0, 0)
    for _ in 0..<400 {
      var sums = ClusterSums()
      for cluster in 0..<60 {
        let share = generator.chance(0.3) ? 0.9 : 0.1
        for _ in 0..<4 { sums.add(generator.chance(share) ? 1 : 0, to: "\(cluster)") }
      }
      let rate = Rate(sums, bootstrap: bootstrap, cache: cache)
      if rate.low <= 0.34 && 0.34 <= rate.high { covered += 1 }
      if BinomialInterval.wilson(rate.count, of: rate.n).contains(0.34) { naive += 1 }
    }
    #expect((356...400).contains(covered), "\(covered) of 400")
    #expect(naive < 340, "\(naive) of 400")
  }
}
