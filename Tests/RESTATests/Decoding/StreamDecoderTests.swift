import RESTATesting
import Synchronization
import Testing

@testable import RESTA

@Suite("Stream decoder against the reference decoder")
struct StreamDecoderTests {
  private struct Seen {
    var stops: [StopReason: Int] = [:]
    var ties: [TieBreak: Int] = [:]
    var early = 0
    var reopened = 0
    var fewer = 0
  }

  private static func result(
    _ scenario: DecodingScenario, _ model: any LanguageModel, _ decoder: DecoderKind
  ) async throws -> GenerationResult {
    try await Generation(
      model: model, prompt: scenario.tokenized, defense: scenario.defense,
      options: scenario.options, decoder: decoder, plan: decoder == .fast ? scenario.plan : nil
    ).result()
  }

  private static func isPart(
    _ vote: VoteRecord, of full: VoteRecord, by defense: DefenseSettings
  ) -> Bool {
    guard defense.lead == nil, vote.asked < defense.samples else { return vote == full }
    let all = Dictionary(uniqueKeysWithValues: full.counts.map { ($0.tokenID, $0.count) })
    return vote.counts.allSatisfy { $0.count <= all[$0.tokenID, default: 0] }
      && vote.counts.reduce(0) { $0 + $1.count } == vote.asked
      && vote.margin > defense.samples - vote.asked
      && (vote.position, vote.tokenID) == (full.position, full.tokenID)
      && vote.tieBreak == full.tieBreak
  }

  @Test(
    "gives the same tokens, votes, text and stop reason, whoever comes first", arguments: 0..<6)
  func equals(part: UInt64) async throws {
    var seen = Seen()
    for scenario in try await DecodingScenario.drawn(300, seed: 91_000 + part)
    where scenario.defense.aggregator == .majorityVote || !scenario.defense.isActive {
      let expected = try await Self.result(scenario, scenario.model(), .reference)
      for decoder in [DecoderKind.fast, .naive] {
        let model = ScriptedStreams(scenario)
        let actual = try await Self.result(scenario, model, decoder)
        let isSame =
          actual.tokenIDs == expected.tokenIDs && actual.text == expected.text
          && actual.stopReason == expected.stopReason
          && actual.votes.count == expected.votes.count
          && zip(actual.votes, expected.votes).allSatisfy {
            decoder == .naive && scenario.defense.lead == nil
              ? $0 == $1 : Self.isPart($0, of: $1, by: scenario.defense)
          }
        #expect(isSame, "\(decoder) \(scenario)\nactual \(actual)\nexpected \(expected)")
        #expect(model.running.withLock { $0 } == 0, "\(scenario)")
        #expect(model.requests.withLock { $0 } == actual.totals.passes, "\(scenario)")
        guard decoder == .fast else { continue }
        seen.stops[actual.stopReason, default: 0] += 1
        for tie in actual.votes.compactMap(\.tieBreak) { seen.ties[tie, default: 0] += 1 }
        seen.early += actual.votes.count { $0.asked < scenario.defense.samples }
        if actual.totals.passes > scenario.defense.samples + 1 { seen.reopened += 1 }
        if actual.totals.passes < expected.votes.count { seen.fewer += 1 }
      }
    }
    #expect(seen.stops.count == 6, "\(seen)")
    #expect(seen.ties.count == 4, "\(seen)")
    #expect(seen.early > 100 && seen.reopened > 20 && seen.fewer >= 10, "\(seen)")
  }

  @Test("a stream that fails fails the answer, and leaves nothing running")
  func failure() async throws {
    for scenario in try await DecodingScenario.drawn(60, seed: 5)
    where scenario.defense.isActive && scenario.defense.aggregator == .majorityVote {
      let model = ScriptedStreams(scenario, failsAfter: 2)
      do {
        let actual = try await Self.result(scenario, model, .fast)
        let expected = try await Self.result(scenario, scenario.model(), .reference)
        // It was over before anything failed.
        #expect(actual.tokenIDs == expected.tokenIDs)
      } catch let error as RESTAError {
        #expect(error.message == "scripted failure")
      }
      #expect(model.running.withLock { $0 } == 0)
    }
  }

  @Test("cancelling ends every stream")
  func cancellation() async throws {
    let scenario = try #require(
      try await DecodingScenario.drawn(80, seed: 6).first {
        $0.defense.isActive && $0.defense.aggregator == .majorityVote && $0.defense.samples > 3
      })
    let model = ScriptedStreams(scenario, hangs: true)
    let task = Task { try await Self.result(scenario, model, .fast) }
    while model.running.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(1)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.running.withLock { $0 } == 0)
  }

  @Test(
    "refuses what needs logits, by name",
    arguments: Aggregator.allCases.filter { $0 != .majorityVote })
  func refusal(aggregator: Aggregator) async throws {
    let scenario = try await DecodingScenario.drawn(1, seed: 1)[0]
    var defense = DefenseSettings(aggregator: aggregator)
    let error = #expect(throws: RESTAError.self) {
      try Generation(
        model: ScriptedStreams(scenario), prompt: scenario.tokenized, defense: defense)
    }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains(aggregator.rawValue) == true)
    // As a server finds out before it is ready.
    #expect(throws: RESTAError.self) { try defense.check(for: ScriptedStreams(scenario)) }
    try defense.check(for: scenario.model())
    let probing = DefenseSettings(checkpointEvery: 8, checkpointForm: .header)
    #expect(throws: RESTAError.self) { try probing.check(for: ScriptedStreams(scenario)) }
    // An aggregator that nothing is voted with is no reason.
    defense.prefix = .tokens(0)
    _ = try Generation(
      model: ScriptedStreams(scenario), prompt: scenario.tokenized, defense: defense)
  }
}

/// A scenario's model behind streams whose tokens come in any order.
private final class ScriptedStreams: StreamingModel {
  private let scenario: DecodingScenario
  private let model: ScriptedModel
  private let failsAfter: Int
  private let hangs: Bool
  /// Streams that run now.
  let running = Mutex(0)
  let requests = Mutex(0)

  init(_ scenario: DecodingScenario, failsAfter: Int = .max, hangs: Bool = false) {
    self.scenario = scenario
    self.failsAfter = failsAfter
    self.hangs = hangs
    model = scenario.model()
  }

  var information: ModelInformation { model.information }
  var tokenizer: any Tokenizer { model.tokenizer }
  var chatTemplate: ChatTemplate? { nil }
  func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix { model.embeddings(of: tokens) }
  func reserve(sequences: Int, cells: Int) throws -> any SequenceReservation {
    throw RESTAError(.engineFailed, "no logits here")
  }
  func streams(for client: String?) -> any PredictionStreams { Streams(model: self) }
  func logProbabilities(of answer: [TokenID], after prompt: [TokenID]) -> [Double] { [] }

  struct Streams: PredictionStreams {
    let model: ScriptedStreams
    var uploadedBytes: Int { 0 }

    private func logits(_ request: PredictionRequest, _ answer: [TokenID]) throws -> [Float] {
      let scenario = model.scenario
      switch request.prompt {
      case .tokens(let tokens):
        try #require(tokens == scenario.prompt.map(\.id))
        return scenario.logits(embeddings: nil, answer: answer)
      case .perturbed(let rows):
        return scenario.logits(embeddings: rows.rows(0..<rows.count), answer: answer)
      }
    }

    func predict(
      _ request: PredictionRequest, receive: @escaping @Sendable (StreamedPrediction) -> Void
    ) async throws {
      model.running.withLock { $0 += 1 }
      model.requests.withLock { $0 += 1 }
      defer { model.running.withLock { $0 -= 1 } }
      var order = SystemRandomNumberGenerator()
      var answer = request.answer
      // The decoder's seeds differ by where a stream starts, so that this one's need not.
      let seed = (request.sampling.seed ?? 0) &- UInt64(answer.count)
      for number in 0..<request.maximumTokens {
        for _ in 0..<Int.random(in: 0...2, using: &order) { await Task.yield() }
        try Task.checkCancellation()
        if number >= model.failsAfter { throw RESTAError(.engineFailed, "scripted failure") }
        if model.hangs { try await Task.sleep(for: .seconds(3_600)) }
        let row = try logits(request, answer)
        let token = TokenID(
          try TokenSampler(request.sampling, seed: seed).sample(
            logits: row, position: answer.count))
        let listed = try request.listed.map {
          try TokenLogProbabilities(of: token, in: row.span, listing: $0)
        }
        receive(StreamedPrediction(token: token, logProbabilities: listed))
        answer.append(token)
        if request.stopsAtEnd, model.tokenizer.isEndOfGeneration(token) { return }
      }
    }

    func logProbability(of token: TokenID, in request: PredictionRequest) throws -> Double {
      model.requests.withLock { $0 += 1 }
      return try Logits.logSoftmax(try logits(request, request.answer))[Int(token)]
    }
  }
}
