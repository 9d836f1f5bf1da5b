import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("Aggregator")
struct AggregatorTests {
  @Test("scores every token by its formula", arguments: Aggregator.allCases)
  func formulas(_ aggregator: Aggregator) throws {
    var generator = SeededGenerator(seed: 31)
    for number in 0..<200 {
      let tokens = generator.integer(in: 1...9)
      let rows = (0..<generator.integer(in: 1...12)).map { _ in
        (0..<tokens).map { _ in Float(generator.integer(in: -4_000...4_000)) / 256 }
      }
      let place: Comment = "case \(number): \(rows)"
      let scores = try aggregator.scores(of: rows)
      guard aggregator != .majorityVote else {
        #expect(scores == nil, place)
        continue
      }
      let expected = (0..<tokens).map { token in
        Self.score(aggregator, token: token, rows: rows.map { $0.map(Double.init) })
      }
      #expect(scores?.count == tokens, place)
      for (score, expected) in zip(scores ?? [], expected) {
        // One rounding to Float: half an ulp, 2^-24 of the value; twice that for the sums.
        #expect(abs(Double(score) - expected) <= abs(expected) * 0x1p-23 + 1e-30, place)
      }
    }
  }

  private static func score(_ aggregator: Aggregator, token: Int, rows: [[Double]]) -> Double {
    let column = rows.map { $0[token] }.sorted()
    let count = Double(column.count)
    switch aggregator {
    case .majorityVote: return 0
    case .meanLogit: return column.reduce(0, +) / count
    case .medianLogit: return (column[(column.count - 1) / 2] + column[column.count / 2]) / 2
    case .meanProbability:
      return rows.reduce(0) { $0 + exp($1[token]) / $1.reduce(0) { $0 + exp($1) } } / count
    }
  }

  @Test("keeps a token that is excluded everywhere excluded")
  func excludedTokens() throws {
    let rows: [[Float]] = [[-.infinity, 0, 1], [-.infinity, 2, 1]]
    #expect(try Aggregator.meanLogit.scores(of: rows) == [-.infinity, 1, 1])
    #expect(try Aggregator.medianLogit.scores(of: rows) == [-.infinity, 1, 1])
    #expect(try Aggregator.meanProbability.scores(of: rows)?.first == 0)
  }

  /// Four copies whose votes, mean probabilities, mean logits and median logits each have another
  /// winner: a, b, c and d.
  private static let rows: [[Character: Float]] = [
    ["a": 5, "b": 4, "c": 0, "d": 4.5],
    ["a": 5, "b": 4, "c": 0, "d": 4.5],
    ["a": -30, "b": 30, "c": 4, "d": 4.5],
    ["a": -30, "b": -50, "c": 40, "d": -50],
  ]

  @Test(
    "chooses the token, and traces the copies' own votes",
    arguments: [
      (Aggregator.majorityVote, "a", 1), (.meanLogit, "c", -1), (.medianLogit, "d", -2),
    ] as [(Aggregator, Character, Int)])
  func decoding(aggregator: Aggregator, winner: Character, margin: Int) async throws {
    let model = ScriptedModel { context in
      context.answer.isEmpty
        ? Fixture.logits(Self.rows[max(0, context.sequence - 1)]) : Fixture.logits([".": 1])
    }
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(k: 4, l: .tokens(1), aggregator: aggregator))
    #expect(result.text == String(winner))
    let vote = try #require(result.votes.first)
    #expect(vote.summary == "a2 b1 c1")
    #expect(vote.margin == margin)
    #expect(vote.asked == 4)
    #expect(vote.tieBreak == nil)
    #expect(result.settings.defense.aggregator == aggregator)
  }

  @Test("lets one sure copy outweigh two doubtful ones by mean of probabilities")
  func meanProbability() async throws {
    let model = ScriptedModel { context in
      guard context.answer.isEmpty else { return Fixture.logits([".": 1]) }
      return Fixture.logits(context.sequence == 3 ? ["b": 20] : ["a": 4, "b": 3.9])
    }
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(k: 3, l: .tokens(1), aggregator: .meanProbability))
    #expect(result.text == "b")
    #expect(result.votes.map(\.summary) == ["a2 b1"])
    #expect(result.votes.map(\.margin) == [-1])
  }
}
