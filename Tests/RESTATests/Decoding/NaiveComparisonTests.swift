import RESTATesting
import Testing

@testable import RESTA

@Suite("Reference decoder against the method as written")
struct NaiveComparisonTests {
  @Test("gives the tokens, votes, stop reason and text of the naive oracle")
  func agreesWithOracle() async throws {
    var seen = Seen()
    for scenario in DecodingScenario.drawn(800, seed: 2025) {
      let model = scenario.model()
      let result = try await Generation(
        model: model, prompt: scenario.tokenized, defense: scenario.defense,
        options: scenario.options, decoder: .reference
      ).result()
      let sampler = TokenSampler(scenario.options.sampling, seed: result.settings.samplingSeed)
      let oracle = NaiveRESTA(
        defense: scenario.defense, options: scenario.options, sampler: sampler,
        room: scenario.contextLength - scenario.prompt.count,
        tokenBytes: DecodingScenario.Vocabulary().bytes,
        isEnd: DecodingScenario.Vocabulary().isEndOfGeneration
      ) { input, answer in
        switch input {
        case .plain: scenario.logits(embeddings: nil, answer: answer)
        case .copy(let copy): scenario.logits(embeddings: copy, answer: answer)
        }
      }
      let expected = try oracle.answer(copies: scenario.copies())
      let actual = NaiveRESTA.Answer(result)
      let agrees = actual == expected
      #expect(agrees, "\(scenario)\nactual \(actual)\nexpected \(expected)")
      #expect(model.openReservations == 0, "\(scenario)")
      seen.note(actual)
    }
    // The scenarios are worth something only if they reach every kind of ending and tie.
    #expect(seen.stops.values.allSatisfy { $0 >= 10 } && seen.stops.count == 5, "\(seen)")
    #expect(seen.ties.values.allSatisfy { $0 >= 10 } && seen.ties.count == 4, "\(seen)")
    #expect(seen.votes >= 1_000, "\(seen)")
  }

  private struct Seen {
    var stops: [StopReason: Int] = [:]
    var ties: [TieBreak: Int] = [:]
    var votes = 0

    mutating func note(_ answer: NaiveRESTA.Answer) {
      stops[answer.stop, default: 0] += 1
      votes += answer.votes.count
      for tie in answer.votes.compactMap(\.tieBreak) { ties[tie, default: 0] += 1 }
    }
  }
}

extension NaiveRESTA.Answer {
  init(_ result: GenerationResult) {
    let votes = result.votes.map { vote in
      NaiveRESTA.Vote(
        position: vote.position, token: vote.tokenID,
        counts: Dictionary(vote.counts.map { ($0.tokenID, $0.count) }, uniquingKeysWith: +),
        asked: vote.asked, margin: vote.margin, tieBreak: vote.tieBreak)
    }
    self.init(
      tokens: result.tokenIDs, votes: votes, stop: result.stopReason,
      text: Array(result.text.utf8))
  }
}
