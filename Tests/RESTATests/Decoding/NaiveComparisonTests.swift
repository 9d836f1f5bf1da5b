import RESTATesting
import Testing

@testable import RESTA

@Suite("Reference decoder against the method as written")
struct NaiveComparisonTests {
  @Test("gives the tokens, votes, stop reason and text of the naive oracle")
  func agreesWithOracle() async throws {
    var seen = Seen()
    for scenario in try await DecodingScenario.drawn(800, seed: 2025) {
      seen.note(
        try await Self.compare(scenario) { input, answer in
          switch input {
          case .plain: scenario.logits(embeddings: nil, answer: answer)
          case .copy(let copy): scenario.logits(embeddings: copy, answer: answer)
          }
        })
    }
    // The scenarios are worth something only if they reach every kind of ending and tie.
    #expect(seen.stops.values.allSatisfy { $0 >= 10 } && seen.stops.count == 6, "\(seen)")
    #expect(seen.ties.values.allSatisfy { $0 >= 10 } && seen.ties.count == 4, "\(seen)")
    #expect(seen.votes >= 1_000 && seen.stopped >= 200, "\(seen)")
  }

  @Test("probes as the naive oracle does where checkpoints open the turn again", arguments: 0..<4)
  func probes(part: UInt64) async throws {
    var (probes, refused, goneOn) = (0, 0, 0)
    for scenario in try await DecodingScenario.drawn(400, seed: 4_100 + part).map({ $0.probing() })
    {
      guard try await scenario.outcome(.reference) != nil else { continue }
      let answer = try await Self.compare(scenario) { input, answer in
        switch input {
        case .plain: scenario.logits(embeddings: nil, answer: answer)
        case .copy(let copy): scenario.logits(embeddings: copy, answer: answer)
        }
      }
      probes += answer.probes.count
      if answer.stop == .checkpointRefusal { refused += 1 }
      if answer.probes.count > 1 { goneOn += 1 }
    }
    #expect(probes >= 140 && refused >= 15 && goneOn >= 25, "\(probes) \(refused) \(goneOn)")
  }

  @Test("is an error where the window never opens, and only there")
  func neverOpens() async throws {
    var (opened, never) = (0, 0)
    for scenario in DecodingScenario.all(1_500, seed: 2_029) where scenario.defense.window != .start
    {
      let result = try await scenario.outcome(.reference)
      let fast = try await scenario.outcome(.fast)
      #expect((result == nil) == (fast == nil), "\(scenario)")
      #expect(result?.votedFrom == fast?.votedFrom, "\(scenario)")
      let oracle = Self.oracle(scenario, samplingSeed: scenario.options.sampling.seed ?? 0) {
        input, answer in
        switch input {
        case .plain: scenario.logits(embeddings: nil, answer: answer)
        case .copy(let copy): scenario.logits(embeddings: copy, answer: answer)
        }
      }
      let expected = try await oracle.answer(copies: scenario.copies())
      #expect(oracle.neverOpened(after: expected.tokens) == (result == nil), "\(scenario)")
      if result == nil { never += 1 } else { opened += 1 }
    }
    #expect(opened >= 100 && never >= 100)
  }

  @Test("gives what a model gives that computes everything from nothing each time")
  func agreesFromNothing() async throws {
    for scenario in try await DecodingScenario.drawn(200, seed: 2027) {
      let model = scenario.model()
      _ = try await Self.compare(scenario) { input, answer in
        // The scripted model tells copies from the prompt itself by the number of their sequence.
        let (sequence, prompt): (Int, ForwardSegment.Input) =
          switch input {
          case .plain: (0, .tokens(scenario.tokenized.ids))
          case .copy(let copy): (1, .embeddings(copy))
          }
        let reservation = model.reserve(sequences: 2, cells: prompt.count + answer.count)
        var segments = [ForwardSegment(sequence: sequence, input: prompt, outputs: .none)]
        if answer.isEmpty {
          segments[0].outputs = .last
        } else {
          segments.append(ForwardSegment(sequence: sequence, input: .tokens(answer)))
        }
        let rows = try await reservation.forward(segments)
        await reservation.release()
        return rows[0]
      }
    }
  }

  /// Checks the reference decoder's answer against the oracle's, whose model is `f`.
  private static func compare(
    _ scenario: DecodingScenario,
    _ f: @escaping (NaiveRESTA.Input, [TokenID]) async throws -> [Float]
  ) async throws -> NaiveRESTA.Answer {
    let model = scenario.model()
    let result = try await Generation(
      model: model, prompt: scenario.tokenized, defense: scenario.defense,
      options: scenario.options, decoder: .reference, probe: scenario.probe
    ).result()
    let oracle = oracle(scenario, samplingSeed: result.settings.samplingSeed, f)
    let expected = try await oracle.answer(copies: scenario.copies())
    let actual = NaiveRESTA.Answer(result)
    let agrees = actual == expected
    #expect(agrees, "\(scenario)\nactual \(actual)\nexpected \(expected)")
    #expect(model.openReservations == 0, "\(scenario)")
    return actual
  }

  private static func oracle(
    _ scenario: DecodingScenario, samplingSeed: UInt64,
    _ f: @escaping (NaiveRESTA.Input, [TokenID]) async throws -> [Float]
  ) -> NaiveRESTA {
    NaiveRESTA(
      defense: scenario.defense, options: scenario.options,
      sampler: TokenSampler(scenario.options.sampling, seed: samplingSeed),
      room: scenario.contextLength - scenario.prompt.count - scenario.probedPositions,
      tokenBytes: DecodingScenario.Vocabulary().bytes,
      isEnd: DecodingScenario.Vocabulary().isEndOfGeneration, header: scenario.header,
      refusal: scenario.refusal, f: f)
  }

  private struct Seen {
    var stops: [StopReason: Int] = [:]
    var ties: [TieBreak: Int] = [:]
    var votes = 0
    var stopped = 0

    mutating func note(_ answer: NaiveRESTA.Answer) {
      stops[answer.stop, default: 0] += 1
      votes += answer.votes.count
      stopped += answer.votes.count { $0.stoppedAtLead != nil }
      for tie in answer.votes.compactMap(\.tieBreak) { ties[tie, default: 0] += 1 }
    }
  }
}

extension NaiveRESTA.Answer {
  init(_ result: GenerationResult) {
    let probes = result.probes.map { probe in
      NaiveRESTA.Probe(
        position: probe.position, votes: probe.votes.map { NaiveRESTA.Vote($0) }, text: probe.text,
        isRefusal: probe.isRefusal)
    }
    self.init(
      tokens: result.tokenIDs, votes: result.votes.map { NaiveRESTA.Vote($0) }, probes: probes,
      stop: result.stopReason, text: Array(result.text.utf8))
  }
}

extension NaiveRESTA.Vote {
  init(_ vote: VoteRecord) {
    self.init(
      position: vote.position, token: vote.tokenID,
      counts: Dictionary(vote.counts.map { ($0.tokenID, $0.count) }, uniquingKeysWith: +),
      asked: vote.asked, margin: vote.margin, tieBreak: vote.tieBreak,
      stoppedAtLead: vote.stoppedAtLead)
  }
}
