import RESTATesting
import Testing

@testable import RESTA

@Suite("Fast decoder against the reference decoder")
struct FastDecoderTests {
  /// What scenarios have to reach for the comparison to be worth something.
  private struct Seen {
    var stops: [StopReason: Int] = [:]
    var ties: [TieBreak: Int] = [:]
    var early = 0
    var stopped = 0
    var rejected = 0
    var fewerTokens = 0
    var samples: Set<Int> = []
  }

  private static func generate(
    _ scenario: DecodingScenario, _ decoder: DecoderKind, plan: DecodingPlan? = nil
  ) async throws -> (result: GenerationResult, model: ScriptedModel) {
    let model = scenario.model()
    let result = try await Generation(
      model: model, prompt: scenario.tokenized, defense: scenario.defense,
      options: scenario.options, decoder: decoder, plan: plan, probe: scenario.probe
    ).result()
    #expect(model.openReservations == 0, "\(scenario)")
    #expect(
      model.recordedPasses.joined().reduce(0) { $0 + $1.input.count }
        == result.totals.tokensProcessed, "\(scenario)")
    #expect(model.recordedPasses.count == result.totals.passes, "\(scenario)")
    return (result, model)
  }

  /// Whether a record is what the reference's votes look like when some copies are not asked; under the lead
  /// rule it is the reference's.
  private static func isPart(
    _ vote: VoteRecord, of full: VoteRecord, by defense: DefenseSettings
  ) -> Bool {
    guard defense.lead == nil else { return vote == full }
    let samples = defense.samples
    let all = Dictionary(uniqueKeysWithValues: full.counts.map { ($0.tokenID, $0.count) })
    let isSubset = vote.counts.allSatisfy { $0.count <= all[$0.tokenID, default: 0] }
    let asked = vote.counts.reduce(0) { $0 + $1.count }
    // Who was not asked could not have changed the token, nor made a tie.
    let isDecided = vote.asked == samples || vote.margin > samples - vote.asked
    let isSame = vote.asked < samples || vote == full
    return isSubset && asked == vote.asked && isDecided && isSame
      && vote.position == full.position && vote.tokenID == full.tokenID
      && vote.tieBreak == full.tieBreak
  }

  @Test("gives the same tokens, votes, text and stop reason, whatever the plan", arguments: 0..<8)
  func equals(part: UInt64) async throws {
    var seen = Seen()
    for scenario in try await DecodingScenario.drawn(500, seed: 7_000 + part) {
      let expected = try await Self.generate(scenario, .reference).result
      let (actual, model) = try await Self.generate(scenario, .fast, plan: scenario.plan)
      let isSame =
        actual.tokenIDs == expected.tokenIDs && actual.text == expected.text
        && actual.stopReason == expected.stopReason && actual.votes.count == expected.votes.count
        && zip(actual.votes, expected.votes).allSatisfy {
          Self.isPart($0, of: $1, by: scenario.defense)
        }
      #expect(isSame, "\(scenario)\nactual \(actual)\nexpected \(expected)")
      seen.stops[actual.stopReason, default: 0] += 1
      for tie in actual.votes.compactMap(\.tieBreak) { seen.ties[tie, default: 0] += 1 }
      if !actual.votes.isEmpty { seen.samples.insert(scenario.defense.samples) }
      seen.early += actual.votes.filter { $0.asked < scenario.defense.samples }.count
      seen.stopped += actual.votes.count { $0.stoppedAtLead != nil }
      if actual.totals.tokensProcessed < expected.totals.tokensProcessed { seen.fewerTokens += 1 }
      if model.rejectedTokens > 0 { seen.rejected += 1 }
    }
    #expect(seen.stops.count == 6 && seen.stops.values.allSatisfy { $0 >= 5 }, "\(seen)")
    #expect(seen.ties.count == 4 && seen.ties.values.allSatisfy { $0 >= 3 }, "\(seen)")
    #expect(seen.samples == Set(1...12), "\(seen)")
    #expect(seen.fewerTokens >= 50, "\(seen)")
    #expect(seen.early >= 100 && seen.rejected >= 50 && seen.stopped >= 100, "\(seen)")
  }

  @Test("probes as the reference does where checkpoints open the turn again", arguments: 0..<6)
  func probes(part: UInt64) async throws {
    var (probes, refused, goneOn, rejected) = (0, 0, 0, 0)
    for scenario in try await DecodingScenario.drawn(500, seed: 8_100 + part).map({ $0.probing() })
    {
      guard let expected = try await scenario.outcome(.reference) else { continue }
      for (decoder, plan) in [(DecoderKind.fast, scenario.plan), (.naive, nil)] {
        let (actual, model) = try await Self.generate(scenario, decoder, plan: plan)
        let votes = zip(
          actual.votes + actual.probes.flatMap(\.votes),
          expected.votes + expected.probes.flatMap(\.votes))
        let isSame =
          actual.tokenIDs == expected.tokenIDs && actual.text == expected.text
          && actual.stopReason == expected.stopReason && actual.votes.count == expected.votes.count
          && actual.probes.map(\.summary) == expected.probes.map(\.summary)
          && votes.allSatisfy { Self.isPart($0, of: $1, by: scenario.defense) }
        #expect(isSame, "\(scenario)\nactual \(actual)\nexpected \(expected)")
        if model.rejectedTokens > 0 { rejected += 1 }
      }
      probes += expected.probes.count
      if expected.stopReason == .checkpointRefusal { refused += 1 }
      if expected.probes.count > 1 { goneOn += 1 }
    }
    let isRich = probes >= 140 && refused >= 15 && goneOn >= 25 && rejected >= 50
    #expect(isRich, "\(probes) \(refused) \(goneOn) \(rejected)")
  }

  @Test("gives the same records, vote for vote, when all copies are asked at once")
  func equalsRecords() async throws {
    for scenario in try await DecodingScenario.drawn(400, seed: 31) {
      let expected = try await Self.generate(scenario, .reference).result
      var plan = scenario.plan
      plan.firstWave = .fixed(scenario.defense.samples)
      for decoder in [DecoderKind.naive, .fast] {
        let actual = try await Self.generate(
          scenario, decoder, plan: decoder == .fast ? plan : nil
        ).result
        #expect(actual.votes == expected.votes, "\(scenario)")
        #expect(actual.tokenIDs == expected.tokenIDs, "\(scenario)")
        #expect(actual.stopReason == expected.stopReason, "\(scenario)")
      }
    }
  }

  @Test("gives the same where the logits of one position alone are kept for ties")
  func fewRows() async throws {
    var ties = 0
    for scenario in try await DecodingScenario.drawn(600, seed: 77) {
      let expected = try await Self.generate(scenario, .reference).result
      let model = scenario.model()
      let job = try await DecodingJob(
        model: model, prompt: scenario.tokenized, defense: scenario.defense,
        options: scenario.options, decoder: .fast, plan: DecodingPlan(draft: .fixed(8)), probe: nil,
        noiseSeed: scenario.noiseSeed, samplingSeed: expected.settings.samplingSeed)
      let reservation = model.reserve(sequences: job.sequences, cells: job.cells)
      let sequences = Sequences(reservation, of: job, stopwatch: Stopwatch(ContinuousClock()))
      var decoder = FastDecoder(
        job: job, costs: .typical, sequences: sequences, rowLimit: 1)
      for (position, token) in expected.tokenIDs.enumerated() {
        let decision = try await decoder.next()
        let vote = expected.votes.first { $0.position == position }
        #expect(decision.token == token && decision.vote?.tieBreak == vote?.tieBreak, "\(scenario)")
        if vote?.tieBreak == .logProbability { ties += 1 }
        decoder.append(token, bytes: model.tokenizer.bytes(of: token))
      }
      await reservation.release()
    }
    #expect(ties >= 20)
  }

  @Test("is what it is called, whatever plan comes with it", arguments: DecoderKind.allCases)
  func planOfItsOwn(decoder: DecoderKind) async throws {
    let plan = DecodingPlan(draft: .fixed(2), firstWave: .fixed(1))
    for scenario in try await DecodingScenario.drawn(5, seed: 41) {
      let used = try await Self.generate(scenario, decoder, plan: plan).result.settings.plan
      #expect(used == (decoder == .fast ? plan : decoder.plan), "\(scenario)")
    }
  }

  @Test("never holds more cells than the shared prefix and each sequence's own part")
  func cells() async throws {
    var savings = 0
    for scenario in try await DecodingScenario.drawn(500, seed: 99) {
      let (result, model) = try await Self.generate(scenario, .fast, plan: scenario.plan)
      let shared =
        scenario.defense.isActive && scenario.plan.sharesPrefix
        ? min(scenario.positions.first ?? scenario.prompt.count, scenario.prompt.count - 1) : 0
      let own = scenario.prompt.count - shared + max(result.tokenIDs.count, 0)
      let sequences = scenario.defense.isActive ? scenario.defense.samples + 1 : 1
      // Drafts that were not chosen may make the last round longer than the answer.
      let drafted = scenario.options.maximumTokens - result.tokenIDs.count
      #expect(model.peakCells <= shared + sequences * (own + max(0, drafted)), "\(scenario)")
      if shared > 0 { savings += 1 }
    }
    #expect(savings >= 50)
  }
}

extension ProbeRecord {
  /// Everything but the votes, of which there may be parts.
  fileprivate var summary: [String] {
    ["\(position)", text, "\(votes.map(\.tokenID))", "\(isRefusal)"]
  }
}
