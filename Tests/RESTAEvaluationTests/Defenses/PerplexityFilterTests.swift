import RESTA
import RESTADocuments
import RESTARefusals
import RESTATesting
import Testing

@testable import RESTAEvaluation

/// The script gives the token behind n others the probability 1/2 or 1/8: whether "good" or "odd" is
/// likely is known by hand.
@Suite("The perplexity filter") struct PerplexityFilterTests {
  /// A model of 257 tokens that finds "a" twice and "z" eight times as surprising as certainty.
  ///
  /// p(a) = 1/2, p(z) = 1/8, p(end) = 3/8, all else next to nothing; it does not look at the prompt.
  private static func model() -> ScriptedModel {
    var logits = [Float](repeating: -200, count: 257)
    // Times 8: the sum is 8, and the softmax undoes any common factor.
    for (token, weight) in [(97, 4.0), (122, 1.0), (256, 3.0)] { logits[token] = logf(weight) }
    let fixed = logits
    return ScriptedModel { _ in fixed }
  }

  private static func logf(_ value: Double) -> Float {
    // ln 1, 3 and 4.
    switch value {
    case 1: 0
    case 3: 1.098_612_3
    default: 1.386_294_4
    }
  }

  /// Of n "a" and m "z": 2^((n + 3m) / (n + m)).
  @Test(arguments: [
    ("aaaa", nil, 2.0), ("zzzz", nil, 8.0), ("az", nil, 4.0), ("aaaaz", nil, 2.639_015_8),
    // Windows of 2: aa aa and the last two, az.
    ("aaaaz", 2, 4.0),
    // aa az zz; az and za are no windows.
    ("aaazzz", 2, 8.0),
    // Windows of 3: aza aaa.
    ("azaaaa", 3, 3.174_802_1),
    // Longer than the message.
    ("az", 9, 4.0), ("z", 1, 8.0),
  ])
  func `the perplexity is that of the message's tokens, by hand`(
    message: String, window: Int?, expected: Double
  ) async throws {
    let subject = try DefenseFixture.subject(Self.model(), system: "zzz")
    let found = try await MessagePerplexity(
      of: subject.tokenize(message), window: window, model: subject.model)
    let value = try #require(found.value)
    // The logits are rounded to Float: a few in 10^7.
    #expect(abs(value / expected - 1) < 1e-6, "\(value)")
  }

  @Test func `each token is read behind all of the prompt in front of it, in one pass`()
    async throws
  {
    let seen = SeenLengths()
    let model = ScriptedModel { context in
      await seen.append(context.promptLength)
      return [Float](repeating: 0, count: 257)
    }
    let subject = try DefenseFixture.subject(model)
    let found = try await MessagePerplexity(
      of: subject.tokenize("abc"), window: nil, model: model)
    // <user> has 6 tokens.
    #expect(await seen.lengths == [6, 7, 8])
    #expect(found.passes == 1)
    #expect(found.tokensProcessed == 8)
    // All 257 tokens are equally likely.
    #expect(abs(try #require(found.value) / 257 - 1) < 1e-12)
    #expect(model.openReservations == 0)
  }

  private actor SeenLengths {
    var lengths: [Int] = []
    func append(_ length: Int) { lengths.append(length) }
  }

  @Test(arguments: [1.0, 3.999, 4.001, 1e6])
  func `a message above the threshold is rejected, others are answered`(
    threshold: Double
  ) async throws {
    let filter = PerplexityFilter(threshold: threshold)
    let answer = try await filter.answer(
      "az", from: DefenseFixture.subject(Self.model(), maximumTokens: 3), seed: 0)
    #expect(abs(try #require(answer.notes["perplexity"]?.double) - 4) < 1e-5)
    #expect(answer.promptTokens == "<user>az<model>".utf8.count)
    if threshold < 4 {
      #expect(answer.stopReason == DefendedAnswer.rejected)
      #expect(answer.text == DefendedAnswer.refusalText)
      #expect(RefusalPhraseJudge().isRefusal(answer.text))
      #expect(answer.tokenIDs.isEmpty)
      #expect(answer.passes == 1)
      #expect(answer.tokensProcessed == 7)
    } else {
      #expect(answer.text == "aaa")
      #expect(answer.stopReason == "maximum_tokens")
      // The filter's pass, the prompt's, and two tokens.
      #expect(answer.passes == 4)
      #expect(answer.tokensProcessed == 7 + 15 + 2)
    }
  }

  @Test func `a message of no tokens passes, an impossible one does not`() async throws {
    let empty = try await PerplexityFilter(threshold: 1).answer(
      "", from: DefenseFixture.subject(Self.model(), maximumTokens: 1), seed: 0)
    #expect(empty.text == "a")
    #expect(empty.notes["perplexity"] == .null)

    let impossible = ScriptedModel { _ in
      var logits = [Float](repeating: -.infinity, count: 257)
      logits[97] = 0
      return logits
    }
    let answer = try await PerplexityFilter(threshold: .greatestFiniteMagnitude).answer(
      "ab", from: DefenseFixture.subject(impossible), seed: 0)
    #expect(answer.stopReason == DefendedAnswer.rejected)
    #expect(answer.notes["perplexity"] == .string("infinite"))
  }

  @Test func `calibration lets the given share of benign prompts pass`() async throws {
    let subject = try DefenseFixture.subject(Self.model())
    // Perplexities 2, 4, 8, and none.
    let prompts = ["aa", "az", "zz", ""]
    for (quantile, expected) in [(1.0, 8.0), (0.5, 4.0), (0.75, 6.0), (0.0, 2.0)] {
      let filter = try await PerplexityFilter.calibrated(
        on: prompts, quantile: quantile, subject: subject)
      #expect(abs(try #require(filter.threshold) - expected) < 1e-5, "\(quantile)")
      #expect(filter.window == nil)
    }
    let strict = try await PerplexityFilter.calibrated(on: prompts, subject: subject)
    for prompt in prompts {
      let answer = try await strict.answer(prompt, from: subject, seed: 0)
      #expect(answer.stopReason != DefendedAnswer.rejected, "\(prompt)")
    }
    #expect(
      try await PerplexityFilter.calibrated(on: ["aaz"], window: 1, subject: subject).window == 1)
  }

  @Test(arguments: [([], 1.0, nil), ([""], 1.0, nil), (["a"], 1.1, nil), (["a"], 1.0, 0)])
  func `a threshold that cannot be set is an error`(
    prompts: [String], quantile: Double, window: Int?
  ) async throws {
    let subject = try DefenseFixture.subject(Self.model())
    let error = await #expect(throws: EvaluationError.self) {
      try await PerplexityFilter.calibrated(
        on: prompts, quantile: quantile, window: window, subject: subject)
    }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test func `a threshold and a share that sets it exclude each other`() async throws {
    let subject = try DefenseFixture.subject(Self.model())
    let error = await #expect(throws: EvaluationError.self) {
      try await PerplexityFilter(threshold: 5, quantile: 0.5).prepared(for: subject) { _ in
        throw CancellationError()
      }
    }
    #expect(error?.message.contains("no quantile sets it") == true)
  }

  @Test func `settings and ranges are said`() throws {
    #expect(
      PerplexityFilter(threshold: 50, window: 10).settings
        == ["threshold": .number(50), "window": .integer(10)])
    #expect(PerplexityFilter(threshold: 50).settings["window"] == .null)
    for (threshold, window) in [(0.5, 1), (.infinity, 1), (.nan, 1), (2, 0)] {
      #expect(throws: EvaluationError.self) {
        try PerplexityFilter(threshold: threshold, window: window).validate()
      }
    }
  }

  @Test func `a prompt that does not fit is an error`() async throws {
    let model = DefenseFixture.model(answering: ["Yes"], contextLength: 20)
    let error = await #expect(throws: RESTAError.self) {
      try await PerplexityFilter(threshold: 10).answer(
        "more than fits", from: DefenseFixture.subject(model), seed: 0)
    }
    #expect(error?.code == .contextExceeded)
    #expect(model.recordedPasses.isEmpty)
  }
}
