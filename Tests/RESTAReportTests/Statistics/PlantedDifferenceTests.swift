import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

/// Whether a difference that is there is found, and one that is not there is not.
@Suite("Planted differences") struct PlantedDifferenceTests {
  /// For each of 60 behaviors with 2 prompts, what the undefended model does (an answer), and what the
  /// defended one does (the mean of two seeds): it complies where that does, with a probability.
  private func sums(
    undefended: Double, kept: Double, _ generator: inout SeededGenerator
  ) -> ClusterSums {
    var sums = ClusterSums()
    for prompt in 0..<120 {
      let complies = generator.chance(undefended)
      let answers = (0..<2).map { _ in complies && generator.chance(kept) ? 1.0 : 0 }
      sums.add((answers[0] + answers[1]) / 2, over: complies ? 1 : 0, to: "\(prompt / 2)")
    }
    return sums
  }

  /// How often each verdict is reached when these shares of the complying answers stay.
  private func verdicts(
    useful: Double, broken: Double, repetitions: Int, seed: UInt64
  ) -> [TradeOffPoint.Verdict: Int] {
    let cache = ResampleCache(for: ClusterBootstrap(draws: 500))
    var generator = SeededGenerator(seed: seed)
    var counts: [TradeOffPoint.Verdict: Int] = [:]
    for _ in 0..<repetitions {
      let benign = sums(undefended: 0.9, kept: useful, &generator)
      let adversarial = sums(undefended: 0.7, kept: broken, &generator)
      let diagonal = RandomRefusalDiagonal(
        usefulness: benign, attackSuccess: adversarial, cache: cache)
      counts[diagonal.verdict, default: 0] += 1
    }
    return counts
  }

  @Test func `a defence that spares usefulness is better than refusing at random`() {
    #expect(verdicts(useful: 0.9, broken: 0.5, repetitions: 60, seed: 1) == [.better: 60])
  }

  @Test func `one that spares attacks is worse`() {
    #expect(verdicts(useful: 0.5, broken: 0.9, repetitions: 60, seed: 2) == [.worse: 60])
  }

  @Test func `refusing at random is neither, but for the level`() {
    // A level of 0.05 for both sides together, 0.065 with the percentile method's shortfall: of 300
    // repetitions 20, with four of √(300 · 0.065 · 0.935) = 4.3 at most 37.
    let counts = verdicts(useful: 0.6, broken: 0.6, repetitions: 300, seed: 3)
    let found = 300 - (counts[.undecided] ?? 0)
    #expect((1...37).contains(found), "\(counts)")
    #expect(counts[.reference] == nil)
  }
}
