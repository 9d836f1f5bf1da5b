import Foundation
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

  /// Exactly, over all numbers of single prompts that are won and lost: nothing is drawn but the signs.
  @Test(arguments: [(24, 0.945, 0.03), (36, 0.945, 0.03)])
  func `those of differences cover 95 %, and losses are not larger than they say`(
    prompts: Int, covered: Double, beyond: Double
  ) throws {
    var intervals: [[ConfidenceInterval]] = []
    for won in 0...prompts {
      intervals.append(
        try (0...(prompts - won)).map { lost in
          var differences = PairedDifferences()
          for prompt in 0..<prompts {
            let side: [Double] = prompt < won ? [1] : [0]
            let other: [Double] = (won..<(won + lost)).contains(prompt) ? [1] : [0]
            differences.add(side, less: other, to: "\(100 + prompt)")
          }
          return try #require(SignFlipTest(differences, draws: 999)).interval
        })
    }
    for won in [0, 0.02, 0.05] {
      for lost in [0.02, 0.05, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3] {
        let chances = Self.trinomial(prompts, won, lost)
        var (inside, larger) = (0.0, 0.0)
        for (up, row) in intervals.enumerated() {
          for (down, interval) in row.enumerated() {
            if interval.contains(won - lost) { inside += chances[up][down] }
            if won - lost < interval.low { larger += chances[up][down] }
          }
        }
        Simulation.show("differences, \(prompts), \(won), \(lost): \(inside), \(larger)")
        #expect(inside >= covered && larger <= beyond, "\(won), \(lost): \(inside), \(larger)")
      }
    }
  }

  /// The probability of each number won, and of each number lost.
  private static func trinomial(_ n: Int, _ won: Double, _ lost: Double) -> [[Double]] {
    func term(_ count: Int, of n: Int, _ chance: Double) -> Double {
      (0..<count).reduce(1.0) { (product: Double, index: Int) -> Double in
        product * chance * Double(n - index) / Double(index + 1)
      }
    }
    return (0...n).map { (up: Int) -> [Double] in
      (0...(n - up)).map { (down: Int) -> Double in
        let tied: Double = pow(1 - won - lost, Double(n - up - down))
        return term(up, of: n, won) * term(down, of: n - up, lost) * tied
      }
    }
  }
}
