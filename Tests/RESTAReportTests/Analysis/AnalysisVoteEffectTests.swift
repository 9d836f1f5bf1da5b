import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

/// One noisy copy beside the vote of several.
@Suite("What the vote makes of single copies") struct AnalysisVoteEffectTests {
  private static func settings(_ copies: Int, sigma: Double = 0.5) -> JSONObject {
    ["noise": .string("isotropic"), "sigma": .number(sigma), "samples": .integer(Int128(copies))]
  }

  private static func rows(
    _ name: String, copies: Int, sigma: Double = 0.5, kind: String = "resta",
    _ labels: [[AnswerLabel]], role: Sample.Role = .direct
  ) -> [GenerationRow] {
    labels.enumerated().flatMap { prompt, labels in
      labels.enumerated().map { seed, label in
        AnalysisFixture.row(
          name, AnalysisFixture.sample("\(prompt)", role), label, seed: UInt64(seed), kind: kind,
          settings: settings(copies, sigma: sigma), usesSeed: true)
      }
    }
  }

  /// Copies that comply independently, each prompt with its own p, and their majority.
  @Test(arguments: 0..<20)
  func `a majority of independent copies complies more where one mostly does, and less where not`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    var (single, voted): ([[AnswerLabel]], [[AnswerLabel]]) = ([], [])
    for prompt in 0..<40 {
      let p = Double(generator.integer(in: 15...30)) / 100
      let chance = prompt.isMultiple(of: 2) ? p : 1 - p
      func complies() -> Bool { generator.chance(chance) }
      single.append((0..<31).map { _ in complies() ? .complied : .refused })
      voted.append(
        (0..<31).map { _ in
          (0..<11).map { _ in complies() }.count { $0 } > 5 ? .complied : .refused
        })
    }
    let report = AnalysisFixture.report(
      Self.rows("one", copies: 1, single) + Self.rows("eleven", copies: 11, voted), draws: 20)
    let effect = try #require(report.voteEffects.first)
    #expect(report.voteEffects.count == 1 && effect.copies == 11)
    #expect([effect.single, effect.voted] == ["one", "eleven"])
    // With p of 0.3 at most, 11 copies turn to the other side in 8 % at most: of 31 answers one in 500 prompts
    // stands on the wrong side of one copy's share by chance, and one may.
    #expect(effect.aboveHalf.prompts >= 19 && effect.belowHalf.prompts >= 19, "\(effect.line)")
    #expect(effect.aboveHalf.higher >= effect.aboveHalf.prompts - 1, "\(effect.line)")
    #expect(effect.belowHalf.lower >= effect.belowHalf.prompts - 1, "\(effect.line)")
    // What the vote makes sharper is still in between in the single copies.
    let low = effect.bins.first { $0.high <= 0.5 }?.single.value ?? 1
    let high = effect.bins.last { $0.low >= 0.5 }?.single.value ?? 0
    #expect(low > 0.05 && low < 0.5 && high > 0.5 && high < 0.95, "\(effect.bins)")
  }

  @Test func `counts and bins are as counted by hand, without the unscored`() throws {
    let (c, r, u) = (AnswerLabel.complied, AnswerLabel.refused, AnswerLabel.unscored)
    let single = [[c, c], [c, r], [r, r], [c, u], [u, u], [c, c]]
    let voted = [[c, r], [c, r], [r, c], [c, c], [c, c], [c, c]]
    let report = AnalysisFixture.report(
      Self.rows("one", copies: 1, single) + Self.rows("ten", copies: 10, voted))
    let effect = try #require(report.voteEffects.first)
    #expect(effect.points.map(\.sample) == ["set 0", "set 1", "set 2", "set 3", "set 5"])
    #expect(effect.points.map(\.single) == [1, 0.5, 0, 1, 1])
    #expect(effect.points.map(\.voted) == [0.5, 0.5, 0.5, 1, 1])
    #expect(effect.points.map(\.singleAnswers) == [2, 2, 2, 1, 2])
    #expect([effect.all.higher, effect.all.equal, effect.all.lower] == [1, 3, 1])
    #expect(effect.aboveHalf.text == "more often 0, as often 2, less often 1")
    #expect(effect.belowHalf.text == "more often 1, as often 0, less often 0")
    #expect(effect.bins.map(\.text) == ["half", "all"])
    #expect(effect.bins.map(\.single.value) == [0.5, 1])
    #expect(effect.bins.map(\.single.n) == [3, 2])
    #expect(effect.fewestAnswers == 1)
    for part in ["5 prompts", "the vote of 10 (ten)", "more often 1, as often 3, less often 1"] {
      #expect(effect.line.contains(part), "\(effect.line)")
      let text = TextReport.render(report, width: 300)
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func `only defences that differ in the number of copies alone are put side by side`() {
    let labels: [[AnswerLabel]] = [[.complied], [.refused]]
    let others = [
      Self.rows("another sigma", copies: 10, sigma: 1, labels),
      Self.rows("another kind", copies: 10, kind: "smoothllm", labels),
      Self.rows("also one", copies: 1, labels),
    ]
    for other in others {
      #expect(
        AnalysisFixture.report(Self.rows("one", copies: 1, labels) + other).voteEffects.isEmpty)
    }
    let roles = Sample.Role.allCases.flatMap { role in
      Self.rows("one", copies: 1, labels, role: role)
        + Self.rows("three", copies: 3, labels, role: role)
        + Self.rows("ten", copies: 10, labels, role: role)
    }
    let effects = AnalysisFixture.report(roles).voteEffects
    #expect(
      effects.map(\.role) == [.direct, .adversarial, .benign, .direct, .adversarial, .benign])
    #expect(effects.map(\.copies) == [3, 3, 3, 10, 10, 10])
    #expect(effects.allSatisfy { $0.all.equal == 2 && $0.all.prompts == 2 })
    #expect(VoteEffectFigure.grouped(effects).map(\.count) == [3, 3])
  }
}
