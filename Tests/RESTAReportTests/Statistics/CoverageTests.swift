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

  /// Every configuration: 3 √(0.93 · 0.07 / R) are allowed below 0.93, and nothing over all of a row, where the
  /// error is at most 0.005.
  @Test(arguments: [0, 0.2, 0.6, 1], [12, 24, 60])
  func `those of clustered shares cover at least 93 %`(resemblance: Double, clusters: Int) {
    let repetitions = Simulation.repetitions(50)
    let allowed = 0.93 - 3 * (0.93 * 0.07 / Double(repetitions)).squareRoot()
    var all: [Double] = []
    for sizes in [1...10, 3...3, 10...10] {
      for rate in [0.05, 0.1, 0.2, 0.35, 0.5] {
        let simulation = Simulation(
          clusters: clusters, sizes: sizes, resemblance: resemblance, rate: rate)
        var generator = SeededGenerator(seed: UInt64(clusters))
        let covered = (0..<repetitions).count { _ in
          EffectiveSample(simulation.sums(&generator))?.interval.contains(rate) == true
        }
        let share = Double(covered) / Double(repetitions)
        Simulation.show("coverage, \(simulation): \(share)")
        #expect(share >= allowed, "\(simulation): \(share)")
        all.append(share)
      }
    }
    #expect(all.reduce(0, +) / Double(all.count) >= 0.93, "\(all)")
  }

  @Test func `Wilson's of all answers would not, where answers resemble each other`() {
    let simulation = Simulation(clusters: 24, sizes: 10...10, resemblance: 0.6, rate: 0.3)
    var generator = SeededGenerator(seed: 2)
    let covered = (0..<100).count { _ in
      let rate = Rate(simulation.sums(&generator))
      return BinomialInterval.wilson(rate.count, of: rate.n).contains(0.3)
    }
    #expect(covered < 75, "\(covered) of 100")
  }
}
