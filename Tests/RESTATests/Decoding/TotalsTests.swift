import RESTATesting
import Testing

@testable import RESTA

@Suite("Totals")
struct TotalsTests {
  private static func isNear(_ actual: Double?, _ expected: Double) -> Bool {
    actual.map { abs($0 - expected) < 1e-9 } ?? false
  }

  @Test("count passes and positions")
  func counts() async throws {
    // A prompt of 4 tokens and 3 copies; "ab" voted on, "c", "d" and the end not.
    let model = ScriptedModel(predicting: Fixture.saying("abcd"))
    let result = try await Fixture.generate(model, defense: Fixture.defense(l: .tokens(2)))
    #expect(result.totals.passes == 5)
    // 3 copies of 4; 3 of 1; 4 + 2 unperturbed, which is behind by the prefix; 1; 1.
    #expect(result.totals.tokensProcessed == 12 + 3 + 6 + 1 + 1)
    let fed = model.recordedPasses
    #expect(fed.count == result.totals.passes)
    #expect(fed.joined().reduce(0) { $0 + $1.input.count } == result.totals.tokensProcessed)
  }

  @Test("count the extra passes that ties cost")
  func tieCosts() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["ab", "ab", "xb"]))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(k: 2, l: .tokens(2), tieRule: .unperturbed))
    #expect(result.text == "ab")
    // Copies 8, unperturbed 4; copies 2; unperturbed catches up with 2.
    #expect(result.totals.passes == 4)
    #expect(result.totals.tokensProcessed == 8 + 4 + 2 + 2)
  }

  @Test("tell prefill, decoding, the first token and the whole from the clock")
  func times() async throws {
    let clock = ManualClock()
    let script = Fixture.saying("abcd")
    let model = ScriptedModel { context in
      clock.advance(by: context.answer.isEmpty ? .milliseconds(500) : .milliseconds(250))
      var logits = [Float](repeating: 0, count: Fixture.vocabulary)
      logits[Int(script(context))] = 1
      return logits
    }
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(2)), clock: clock)
    let totals = result.totals
    // Prompts are in passes 1 (3 copies, 0.5 s each) and 3 (one sequence, 0.25 s).
    #expect(Self.isNear(totals.prefillSeconds, 1.5 + 0.25))
    // Passes 2 (3 copies), 4 and 5.
    #expect(Self.isNear(totals.decodeSeconds, 0.75 + 0.25 + 0.25))
    #expect(Self.isNear(totals.firstTokenSeconds, 1.5))
    #expect(Self.isNear(totals.wallSeconds, 3))
  }

  @Test("leave the time of whoever reads the tokens out of the model's time")
  func readersTime() async throws {
    let clock = ManualClock()
    let model = ScriptedModel(predicting: Fixture.saying("ab"))
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(),
      decoder: .reference, generator: SeededGenerator(seed: 99), clock: clock)
    clock.advance(by: .seconds(100))
    var last: GenerationResult?
    for try await event in generation {
      clock.advance(by: .seconds(2))
      if case .finished(let result) = event { last = result }
    }
    let totals = try #require(last).totals
    #expect(totals.prefillSeconds == 0 && totals.decodeSeconds == 0)
    #expect(totals.firstTokenSeconds == 0)
    #expect(Self.isNear(totals.wallSeconds, 4))
  }

  @Test("have no time of a first token where there is no token")
  func noToken() async throws {
    let ended = try await Fixture.generate(
      ScriptedModel(predicting: Fixture.saying("")), defense: Fixture.defense())
    #expect(ended.tokenIDs.isEmpty)
    #expect(ended.totals.firstTokenSeconds == nil)
    let abstained = try await Fixture.generate(
      ScriptedModel(predicting: Fixture.voting(["a", "a", "b"])),
      defense: Fixture.defense(k: 2, tieRule: .abstain))
    #expect(abstained.tokenIDs.isEmpty)
    #expect(abstained.totals.firstTokenSeconds == nil)
  }

  @Test("measure durations in seconds", arguments: [(0, 0.0), (1, 0.001), (-1_500, -1.5)])
  func seconds(milliseconds: Int, seconds: Double) {
    #expect(abs(Duration.milliseconds(milliseconds).seconds - seconds) < 1e-12)
  }
}
