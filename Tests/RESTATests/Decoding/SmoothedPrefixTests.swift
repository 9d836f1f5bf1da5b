import RESTATesting
import Testing

@testable import RESTA

@Suite("Smoothed prefix")
struct SmoothedPrefixTests {
  @Test("votes on the first l tokens and continues with the unperturbed model")
  func prefixThenContinuation() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["wxyz", "abcd", "abqq", "axcq"]))
    let result = try await Fixture.generate(model, defense: Fixture.defense(l: .tokens(2)))
    #expect(result.text == "abyz")
    #expect(result.tokenIDs == "abyz".map(Fixture.token))
    #expect(result.votes.map(\.summary) == ["a3", "b2 x1"])
    #expect(result.votes.map(\.position) == [0, 1])
    #expect(result.votes.map(\.tokenID) == "ab".map(Fixture.token))
    #expect(result.votes.map(\.asked) == [3, 3])
    #expect(result.votes.map(\.margin) == [3, 1])
    #expect(result.votes.allSatisfy { $0.tieBreak == nil })
    #expect(result.stopReason == .endOfGeneration)
    #expect(result.promptTokens == 4)
    #expect(result.settings.decoder == .reference)
  }

  @Test("votes on every token when l is all, and never asks the unperturbed model")
  func smoothedToTheEnd() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["zzzz", "abcd", "abcd", "abcd"]))
    let result = try await Fixture.generate(model, defense: Fixture.defense(l: .all))
    #expect(result.text == "abcd")
    // The end of the answer was voted for, too.
    #expect(result.votes.map(\.summary) == ["a3", "b3", "c3", "d3", ".3"])
    #expect(model.recordedPasses.joined().allSatisfy { $0.sequence != 0 })
  }

  @Test("votes on the whole answer when it is shorter than l")
  func longPrefix() async throws {
    let all = ScriptedModel(predicting: Fixture.saying("abc"))
    let long = ScriptedModel(predicting: Fixture.saying("abc"))
    let one = try await Fixture.generate(all, defense: Fixture.defense(l: .all))
    let other = try await Fixture.generate(long, defense: Fixture.defense(l: .tokens(1_000)))
    #expect(other.text == "abc")
    #expect(other.votes.count == 4)
    #expect(one.votes == other.votes)
    #expect(one.totals.tokensProcessed == other.totals.tokensProcessed)
  }

  @Test(
    "makes no copies and draws no noise where nothing is voted on",
    arguments: [
      Fixture.defense(k: 12, l: .tokens(0)), Fixture.defense(k: 12, l: .all, kind: .none),
      DefenseSettings.none,
    ], [SamplingSettings(), SamplingSettings(temperature: 1, seed: 3)])
  func undefended(defense: DefenseSettings, sampling: SamplingSettings) async throws {
    let script = Fixture.voting(["hello"])
    // Room for one sequence only: no copy is even reserved.
    let model = ScriptedModel(maximumSequences: 1) { context in
      var logits = [Float](repeating: 0, count: Fixture.vocabulary)
      logits[Int(script(context))] = 20
      return logits
    }
    let result = try await Fixture.generate(
      model, defense: defense, options: GenerationOptions(maximumTokens: 9, sampling: sampling))
    #expect(result.text == "hello")
    #expect(result.votes.isEmpty)
    #expect(result.settings.perturbedTokens == 0)
    #expect(result.settings.sigmaRelative == nil)
    #expect(
      model.recordedPasses.map { $0.map(\.sequence) } == [[Int]](repeating: [0], count: 6))
    #expect(
      model.recordedPasses.map { $0.compactMap(\.tokens) }
        == [[try Fixture.short().ids]] + "hello".map { [[Fixture.token($0)]] })
  }

  @Test("follows the majority of k copies, odd or even", arguments: 1...12)
  func majorities(k: Int) async throws {
    // Just over half of the copies say "a", the rest "b"; the unperturbed model says "c".
    let majority = k / 2 + 1
    let model = ScriptedModel { context in
      guard context.answer.isEmpty else { return Fixture.logits([".": 1]) }
      return Fixture.logits([context.sequence > k - majority ? "a" : "b": 1])
    }
    let result = try await Fixture.generate(model, defense: Fixture.defense(k: k, l: .tokens(1)))
    #expect(result.text == "a")
    let vote = try #require(result.votes.first)
    #expect(vote.asked == k)
    #expect(vote.counts.reduce(0) { $0 + $1.count } == k)
    #expect(vote.margin == majority - (k - majority))
    #expect(vote.tieBreak == nil)
    #expect(model.recordedPasses.first?.map(\.sequence) == Array(1...k))
  }

  @Test("breaks the tie of an even k", arguments: [2, 4, 6, 8, 10, 12])
  func evenTies(k: Int) async throws {
    // The half that says "b" is surer of it, though "a" has the lower id.
    let model = ScriptedModel { context in
      guard context.answer.isEmpty else { return Fixture.logits([".": 1]) }
      return Fixture.logits(context.sequence % 2 == 0 ? ["b": 3] : ["a": 1])
    }
    let result = try await Fixture.generate(model, defense: Fixture.defense(k: k, l: .tokens(1)))
    #expect(result.text == "b")
    let vote = try #require(result.votes.first)
    #expect(vote.summary == "a\(k / 2) b\(k / 2)")
    #expect(vote.margin == 0)
    #expect(vote.tieBreak == .logProbability)
  }

  @Test(
    "ends the answer with an end token that wins the vote, which is recorded but no token of it")
  func endWinsVote() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["abcdef", "ab.", "ab.", "abc"]))
    let result = try await Fixture.generate(model, defense: Fixture.defense())
    #expect(result.text == "ab")
    #expect(result.tokenIDs == "ab".map(Fixture.token))
    #expect(result.votes.map(\.summary) == ["a3", "b3", ".2 c1"])
    #expect(result.votes.last?.tokenID == Fixture.end)
    #expect(result.votes.last?.position == 2)
    #expect(result.stopReason == .endOfGeneration)
  }

  @Test("goes on when an end token loses the vote")
  func endLosesVote() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["x", ".", "a", "a"]))
    let result = try await Fixture.generate(model, defense: Fixture.defense(l: .tokens(1)))
    #expect(result.tokenIDs == [Fixture.token("a")])
    #expect(result.votes.map(\.summary) == ["a2 .1"])
  }

  @Test("may be empty")
  func endAtOnce() async throws {
    let model = ScriptedModel(predicting: Fixture.saying(""))
    let result = try await Fixture.generate(model, defense: Fixture.defense())
    #expect(result.text.isEmpty)
    #expect(result.tokenIDs.isEmpty)
    #expect(result.votes.map(\.summary) == [".3"])
    #expect(result.stopReason == .endOfGeneration)
  }

  @Test("samples behind the window only")
  func sampling() async throws {
    let sampling = SamplingSettings(temperature: 1, seed: 5)
    let model = ScriptedModel { _ in
      Fixture.logits(["a": 8, "b": 7.5, "c": 7])
    }
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(10)),
      options: GenerationOptions(maximumTokens: 40, sampling: sampling))
    #expect(result.text.prefix(10) == "aaaaaaaaaa")
    // 30 draws with P(a) < 0.51: all of them are "a" with probability below 2e-9.
    #expect(result.text.dropFirst(10).contains { $0 != "a" })
    let sampler = TokenSampler(sampling, seed: 5)
    let logits = Fixture.logits(["a": 8, "b": 7.5, "c": 7])
    let expected = try (10..<40).map { try sampler.sample(logits: logits, position: $0) }
    #expect(result.tokenIDs.dropFirst(10).map { Int($0) } == expected)
  }
}
