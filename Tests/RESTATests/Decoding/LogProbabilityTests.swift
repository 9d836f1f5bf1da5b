import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("Log-probabilities of tokens that are not voted on")
struct LogProbabilityTests {
  /// A drawn request that asks for them, of a model that excludes tokens.
  private struct Case {
    let scenario: DecodingScenario
    let listed: Int
    let defense: DefenseSettings

    init(_ scenario: DecodingScenario) {
      self.scenario = scenario
      listed = [0, 1, 2, 3, 5, 8, 12, 20][scenario.number % 8]
      var defense = scenario.defense
      // Short windows, so that many tokens are behind them.
      if case .tokens(let length) = defense.prefix { defense.prefix = .tokens(length % 5) }
      self.defense = defense
    }

    /// f of the unperturbed sequence: now and then a token is impossible, but never the likeliest.
    func logits(answer: [TokenID]) -> [Float] {
      var row = scenario.logits(embeddings: nil, answer: answer)
      let words = [scenario.modelSeed, 3] + answer.map { UInt64($0) }
      var generator = SeededGenerator(seed: SeededGenerator.hash(words))
      for token in row.indices where row[token] < 4 && generator.chance(0.3) {
        row[token] = -.infinity
      }
      return row
    }

    func run(
      _ decoder: DecoderKind, plan: DecodingPlan? = nil, listed: Int?
    ) async throws -> (tokens: [GeneratedToken], result: GenerationResult) {
      let model = ScriptedModel(
        tokenizer: DecodingScenario.Vocabulary(), contextLength: scenario.contextLength,
        costs: scenario.costs
      ) { context in
        guard let embeddings = context.embeddings else { return logits(answer: context.answer) }
        return scenario.logits(embeddings: embeddings, answer: context.answer)
      }
      var options = scenario.options
      options.logProbabilities = listed
      // On a clock that stands still the cost of two runs can be compared whole.
      let generation = try Generation(
        model: model, prompt: scenario.tokenized, defense: defense, options: options,
        decoder: decoder, plan: plan, generator: SeededGenerator(seed: 99), clock: ManualClock())
      let outcome = try await generation.outcome()
      #expect(model.openReservations == 0, "\(scenario)")
      return outcome
    }
  }

  /// What the cases have to reach for the comparison to be worth something.
  private struct Seen {
    var unguarded = 0
    var inFront = 0
    var firstBehind = 0
    var behind = 0
    var voted = 0
    var unlikely = 0
    var unlisted = 0
    var few = 0

    mutating func note(_ tokens: [GeneratedToken], _ scenario: DecodingScenario, listed: Int) {
      let votes = tokens.filter { $0.vote != nil }.map(\.position)
      voted += votes.count
      for token in tokens {
        guard let logs = token.logProbabilities else { continue }
        switch (votes.first, votes.last) {
        case (let first?, _) where token.position < first: inFront += 1
        case (_, let last?) where token.position == last + 1: firstBehind += 1
        case (_?, _): behind += 1
        default: unguarded += 1
        }
        if logs.logProbability < logs.alternatives.first?.logProbability ?? -.infinity {
          unlikely += 1
        }
        if listed > 0, !logs.alternatives.contains(where: { $0.tokenID == token.id }) {
          unlisted += 1
        }
        if logs.alternatives.count < min(listed, 12) { few += 1 }
      }
    }
  }

  @Test("are the same from every decoder, and the model's own", arguments: 0..<4)
  func equals(part: UInt64) async throws {
    var seen = Seen()
    for scenario in try await DecodingScenario.drawn(900, seed: 8_800 + part) {
      let drawn = Case(scenario)
      // These predictions need not open the window where the scenario's own do.
      let reference = try? await drawn.run(.reference, listed: drawn.listed)
      guard let expected = reference else { continue }
      for decoder in [DecoderKind.naive, .fast] {
        let actual = try await drawn.run(
          decoder, plan: decoder == .fast ? scenario.plan : nil, listed: drawn.listed)
        #expect(
          actual.tokens.map(\.logProbabilities) == expected.tokens.map(\.logProbabilities),
          "\(decoder), \(scenario)")
        #expect(actual.result.tokenIDs == expected.result.tokenIDs, "\(decoder), \(scenario)")
        #expect(actual.result.text == expected.result.text, "\(decoder), \(scenario)")
        #expect(actual.result.stopReason == expected.result.stopReason, "\(decoder), \(scenario)")
      }
      for token in expected.tokens {
        #expect((token.logProbabilities == nil) == (token.vote != nil), "\(scenario)")
        guard let logs = token.logProbabilities else { continue }
        let answer = Array(expected.result.tokenIDs.prefix(token.position))
        let isRight = Self.isRight(
          logs, of: token.id, in: drawn.logits(answer: answer), listed: drawn.listed)
        #expect(isRight, "\(logs) of \(token), \(scenario)")
      }
      seen.note(expected.tokens, scenario, listed: drawn.listed)
    }
    #expect(seen.unguarded >= 50 && seen.inFront >= 20, "\(seen)")
    #expect(seen.firstBehind >= 20 && seen.behind >= 50 && seen.voted >= 200, "\(seen)")
    #expect(seen.unlikely >= 20 && seen.unlisted >= 10 && seen.few >= 20, "\(seen)")
  }

  /// The definition, in the words of a textbook: the tests' logits are small.
  private static func isRight(
    _ logs: TokenLogProbabilities, of token: TokenID, in row: [Float], listed: Int
  ) -> Bool {
    let sum = row.reduce(0) { $0 + exp(Double($1)) }
    let expected = row.map { log(exp(Double($0)) / sum) }
    let order = row.indices.filter { row[$0] > -.infinity }
      .sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
    return abs(logs.logProbability - expected[Int(token)]) < 1e-12
      && logs.alternatives.map { Int($0.tokenID) } == Array(order.prefix(listed))
      && logs.alternatives.allSatisfy { abs($0.logProbability - expected[Int($0.tokenID)]) < 1e-12 }
  }

  @Test("change neither the answer nor what it costs")
  func noEffect() async throws {
    for scenario in try await DecodingScenario.drawn(300, seed: 17) {
      let drawn = Case(scenario)
      for decoder in DecoderKind.allCases {
        let plan = decoder == .fast ? scenario.plan : nil
        let plain = try await drawn.run(decoder, plan: plan, listed: nil)
        let asked = try await drawn.run(decoder, plan: plan, listed: drawn.listed)
        #expect(plain.tokens.allSatisfy { $0.logProbabilities == nil }, "\(scenario)")
        #expect(asked.result == plain.result, "\(decoder), \(scenario)")
        let stripped = asked.tokens.map { token in
          var token = token
          token.logProbabilities = nil
          return token
        }
        #expect(stripped == plain.tokens, "\(decoder), \(scenario)")
      }
    }
  }

  @Test("are those at temperature 1, before any filter, however the token was sampled")
  func sampled() async throws {
    let logits = Fixture.logits(["a": 8, "b": 7.5, "c": 7])
    let normalizer = log(exp(8) + exp(7.5) + exp(7) + 254)
    let model = ScriptedModel { _ in logits }
    let sampling = SamplingSettings(temperature: 0.5, topP: 0.99, topK: 2, minP: 0.01, seed: 5)
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(l: .tokens(3)),
      options: GenerationOptions(maximumTokens: 40, sampling: sampling, logProbabilities: 3))
    let (tokens, _) = try await generation.outcome()
    #expect(tokens.prefix(3).allSatisfy { $0.logProbabilities == nil })
    for token in tokens.dropFirst(3) {
      let logs = try #require(token.logProbabilities)
      #expect(abs(logs.logProbability - (Double(logits[Int(token.id)]) - normalizer)) < 1e-12)
      #expect(logs.alternatives.map(\.tokenID) == [97, 98, 99])
      #expect(abs(logs.alternatives[2].logProbability - (7 - normalizer)) < 1e-12)
    }
    #expect(Set(tokens.dropFirst(3).map(\.id)) == [97, 98])
  }

  @Test("have the mean that scoring the answer gives")
  func agreesWithScore() async throws {
    var scored = 0
    for scenario in try await DecodingScenario.drawn(300, seed: 23) {
      let model = scenario.model()
      let generation = try Generation(
        model: model, prompt: scenario.tokenized, defense: .none,
        options: GenerationOptions(maximumTokens: 24, logProbabilities: 0))
      let (tokens, result) = try await generation.outcome()
      guard !tokens.isEmpty else { continue }
      let score = try await AnswerScore.score(
        result.tokenIDs, after: scenario.tokenized.ids, model: model)
      let sum = tokens.reduce(0) { $0 + ($1.logProbabilities?.logProbability ?? .nan) }
      let difference = sum / Double(tokens.count) - score.meanLogProbability
      #expect(abs(difference) < 1e-12, "\(scenario)")
      scored += 1
    }
    #expect(scored >= 200)
  }
}

extension Generation {
  /// All tokens, and the result.
  fileprivate func outcome() async throws -> (tokens: [GeneratedToken], result: GenerationResult) {
    var tokens: [GeneratedToken] = []
    var result: GenerationResult?
    for try await event in self {
      switch event {
      case .token(let token): tokens.append(token)
      case .text: break
      case .finished(let last): result = last
      }
    }
    return (tokens, try #require(result))
  }
}
