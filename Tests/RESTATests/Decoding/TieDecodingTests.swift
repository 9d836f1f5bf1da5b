import RESTATesting
import Testing

@testable import RESTA

@Suite("Ties in decoding")
struct TieDecodingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// The unperturbed model's logits, then those of each copy.
    var rows: [[Character: Float]]
    var rule: TieRule
    var text: String
    var tieBreak: TieBreak?
    var testDescription: String { "\(name), \(rule)" }
  }

  /// Sums of logits: a 3, b 5.
  private static let sureB: [[Character: Float]] = [["a": 9], ["a": 3, "b": 2], ["b": 3]]
  /// Sums of logits: a 6, b 6.
  private static let equal: [[Character: Float]] = [["b": 9], ["b": 4, "a": 2], ["a": 4, "b": 2]]
  /// c leads with a and b, and c is the least likely of them over all copies.
  private static let three: [[Character: Float]] = [
    ["c": 1], ["c": 3], ["b": 5, "a": 4], ["a": 5, "b": 4.5],
  ]
  /// d is the unperturbed token and a single copy's, so that it's no leader.
  private static let outsider: [[Character: Float]] = [
    ["d": 9], ["a": 2], ["a": 2], ["b": 3], ["b": 3], ["d": 99],
  ]

  @Test(
    "are broken by the rule, and the trace says how",
    arguments: [
      Case(
        name: "sure b", rows: sureB, rule: .logProbability, text: "b", tieBreak: .logProbability),
      Case(name: "sure b", rows: sureB, rule: .tokenID, text: "a", tieBreak: .tokenID),
      Case(name: "sure b", rows: sureB, rule: .unperturbed, text: "a", tieBreak: .unperturbed),
      Case(name: "sure b", rows: sureB, rule: .abstain, text: "", tieBreak: .abstained),
      Case(name: "equal", rows: equal, rule: .logProbability, text: "a", tieBreak: .tokenID),
      Case(name: "equal", rows: equal, rule: .tokenID, text: "a", tieBreak: .tokenID),
      Case(name: "equal", rows: equal, rule: .unperturbed, text: "b", tieBreak: .unperturbed),
      Case(name: "equal", rows: equal, rule: .abstain, text: "", tieBreak: .abstained),
      Case(name: "three", rows: three, rule: .logProbability, text: "b", tieBreak: .logProbability),
      Case(name: "three", rows: three, rule: .tokenID, text: "a", tieBreak: .tokenID),
      Case(name: "three", rows: three, rule: .unperturbed, text: "c", tieBreak: .unperturbed),
      Case(name: "three", rows: three, rule: .abstain, text: "", tieBreak: .abstained),
      Case(
        name: "outsider", rows: outsider, rule: .unperturbed, text: "b",
        tieBreak: .logProbability),
      Case(
        name: "outsider", rows: outsider, rule: .logProbability, text: "b",
        tieBreak: .logProbability),
    ])
  func rules(_ tie: Case) async throws {
    let model = ScriptedModel { context in
      context.answer.isEmpty
        ? Fixture.logits(tie.rows[context.sequence]) : Fixture.logits([".": 1])
    }
    let result = try await Fixture.generate(
      model,
      defense: Fixture.defense(k: tie.rows.count - 1, l: .tokens(1), tieRule: tie.rule))
    #expect(result.text == tie.text)
    #expect(result.stopReason == (tie.rule == .abstain ? .abstained : .endOfGeneration))
    let vote = try #require(result.votes.first)
    #expect(result.votes.count == 1)
    #expect(vote.tieBreak == tie.tieBreak)
    #expect(vote.margin == 0)
    #expect(vote.asked == tie.rows.count - 1)
    #expect(vote.tokenID == tie.text.first.map(Fixture.token))
    #expect(result.settings.defense.tieRule == tie.rule)
  }

  @Test("of equal log-probabilities go to the lower token id, whatever the order of the copies")
  func exactTies() async throws {
    // Each copy's logits are those of one row with its values at other tokens, and every token gets
    // every value equally often: all sums of log-probabilities are equal.
    var generator = SeededGenerator(seed: 77)
    for number in 0..<300 {
      let count = generator.integer(in: 2...6)
      let values = (0..<count).map { _ in Float(generator.integer(in: 0...64)) / 16 }
      let top = (values.max() ?? 0) + 0.5
      let tokens: [Character] = ["a", "b", "c", "d", "e", "f"]
      let rows = generator.shuffled(
        (0..<count).map { copy in
          var row: [Character: Float] = [:]
          for token in 0..<count {
            let value = (token + copy) % count
            row[tokens[token]] = value == 0 ? top : values[value]
          }
          return row
        })
      let model = ScriptedModel { context in
        context.answer.isEmpty && context.sequence > 0
          ? Fixture.logits(rows[context.sequence - 1]) : Fixture.logits([".": 1])
      }
      let result = try await Fixture.generate(
        model, defense: Fixture.defense(k: count, l: .tokens(1)))
      let place: Comment = "case \(number): \(rows)"
      #expect(result.text == "a", place)
      #expect(result.votes.first?.tieBreak == .tokenID, place)
    }
  }

  @Test("ask the unperturbed model only when there is one, and let it catch up then")
  func unperturbedCatchesUp() async throws {
    // Position 0 is unanimous, 1 is tied, 2 is unanimous, 3 is tied again.
    let model = ScriptedModel(predicting: Fixture.voting(["qbqd", "abcd", "axcy"]))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(k: 2, l: .tokens(4), tieRule: .unperturbed))
    #expect(result.text == "abcd")
    #expect(result.votes.map(\.tieBreak) == [nil, .unperturbed, nil, .unperturbed])
    let fed = model.recordedPasses.map { pass in
      pass.filter { $0.sequence == 0 }.compactMap(\.tokens)
    }.filter { !$0.isEmpty }
    let prompt = try Fixture.short().ids
    #expect(
      fed == [[prompt, [97]], [[98, 99]], [[100]]],
      "prompt with a, then b and c, then d for the continuation")
  }

  @Test("that abstain end the answer with what came before")
  func abstention() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["zzzz", "abcd", "abxd"]))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(k: 2, tieRule: .abstain))
    #expect(result.text == "ab")
    #expect(result.tokenIDs == "ab".map(Fixture.token))
    #expect(result.stopReason == .abstained)
    #expect(result.votes.map(\.summary) == ["a2", "b2", "c1 x1"])
    #expect(result.votes.last?.tokenID == nil)
    #expect(result.votes.last?.tieBreak == .abstained)
    #expect(model.recordedPasses.joined().allSatisfy { $0.sequence != 0 })
  }

  @Test("may be between the end of the answer and a token")
  func endInTie() async throws {
    let model = ScriptedModel(predicting: Fixture.voting([".", ".", "a"]))
    let byID = try await Fixture.generate(
      model, defense: Fixture.defense(k: 2, l: .tokens(1), tieRule: .tokenID))
    #expect(byID.text == "a")
    let plain = try await Fixture.generate(
      model, defense: Fixture.defense(k: 2, l: .tokens(1), tieRule: .unperturbed))
    #expect(plain.text.isEmpty)
    #expect(plain.votes.map(\.tokenID) == [Fixture.end])
    #expect(plain.stopReason == .endOfGeneration)
  }
}
