import Foundation
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Synchronization
import Testing

@Suite("Coherence under the undefended model") struct CoherenceJudgeTests {
  /// A model to which token i of an answer has the probability 1 / surprises[i], if it is among the
  /// so many bytes from `a` on, and 0 if it is not.
  private static func model(_ surprises: [Int]) -> ScriptedModel {
    ScriptedModel { context in
      var logits = [Float](repeating: -.infinity, count: 257)
      let surprise = context.answer.count < surprises.count ? surprises[context.answer.count] : 1
      for token in 0..<surprise { logits[97 + token] = 0 }
      return logits
    }
  }

  private static func question(
    _ answer: String, goal: String? = nil, tokenIDs: [TokenID] = [], rejected: Bool = false
  ) -> JudgeQuestion {
    JudgeQuestion(
      sample: Sample(
        id: "1", role: .adversarial, prompt: "the prompt", goal: goal), answer: answer,
      tokenIDs: tokenIDs, rejected: rejected)
  }

  /// The geometric mean of the surprises of the answer's first 16 tokens, by hand.
  @Test(arguments: [
    ("aaaa", [1, 1, 1, 1], 1.0), ("aaaa", [16, 1, 1, 1], 2.0), ("aaaa", [2, 8, 4, 4], 4.0),
    ("abcd", [100, 100, 100, 100], 100.0), ("aaaaaaaa", [1, 1, 1, 1, 16, 16, 16, 16], 4.0),
    // The 17th token is not read.
    (String(repeating: "a", count: 17), [Int](repeating: 2, count: 16) + [100], 2.0),
  ])
  func `the perplexity is the geometric mean of the first 16 surprises`(
    answer: String, surprises: [Int], expected: Double
  ) async throws {
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(Self.model(surprises)))
    let verdict = try await judge.judge(Self.question(answer))
    let found = try #require(verdict.details["perplexity"]?.double)
    #expect(abs(found / expected - 1) < 1e-12)
    #expect(verdict.details["limit"]?.double == 40)
    #expect(verdict.finding == (expected > 40 ? .incoherent : .coherent))
    #expect(judge.id == "coherence/1")
  }

  @Test(arguments: [(2.0, Finding.incoherent), (4.000_001, .coherent), (1e9, .coherent)])
  func `the limit decides`(limit: Double, finding: Finding) async throws {
    let judge = CoherenceJudge(
      subject: try DefenseFixture.subject(Self.model([4, 4, 4, 4])),
      limit: limit)
    #expect(try await judge.judge(Self.question("aaaa")).finding == finding)
  }

  @Test func `the answer is read behind the direct request, else behind the prompt`() async throws {
    for (goal, expected) in [
      ("the goal", "<system>S<user>the goal<model>"),
      (nil, "<system>S<user>the prompt<model>"),
    ] as [(String?, String)] {
      let model = Self.model([])
      let judge = CoherenceJudge(subject: try DefenseFixture.subject(model, system: "S"))
      _ = try await judge.judge(Self.question("aaaa", goal: goal))
      #expect(DefenseFixture.prompts(of: model).first == expected)
      #expect(model.openReservations == 0)
    }
  }

  @Test func `known tokens are read as they are, else the text is tokenised`() async throws {
    for (tokenIDs, expected) in [([], "aaaa"), ([98, 98, 98, 98, 98], "bbbbb")]
      as [([TokenID], String)]
    {
      let model = Self.model([10, 10, 10, 10, 10])
      let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
      _ = try await judge.judge(Self.question("aaaa", tokenIDs: tokenIDs))
      #expect(DefenseFixture.prompts(of: model).last == expected)
    }
  }

  @Test func `one beginning behind one prompt is read once, another one or another prompt anew`()
    async throws
  {
    let model = Self.model([Int](repeating: 2, count: 17))
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
    let sixteen = String(repeating: "a", count: 16)
    var passes = 0
    for (answer, goal, isRead) in [
      (sixteen, "one", true), (sixteen, "one", false), (sixteen + "b", "one", false),
      (sixteen, "two", true), ("b" + sixteen, "one", true), ("b" + sixteen, "two", true),
      (sixteen, "two", false),
    ] {
      let verdict = try await judge.judge(Self.question(answer, goal: goal))
      #expect(verdict.details["perplexity"]?.double == 2)
      #expect((model.recordedPasses.count > passes) == isRead, "\(answer) behind \(goal)")
      passes = model.recordedPasses.count
    }
    // Each time it is another value, as for each answer to an attack; the memory is one.
    for (opening, isRead) in [("b", true), ("b", false), ("c", true), (nil, false)] {
      _ = try await judge.reading(behind: opening.map { AnswerOpening($0) })
        .judge(Self.question(sixteen, goal: "one"))
      #expect((model.recordedPasses.count > passes) == isRead, "behind \(opening ?? "nothing")")
      passes = model.recordedPasses.count
    }
  }

  @Test func `a failed reading is not kept`() async throws {
    let fails = Mutex(true)
    let model = ScriptedModel { _ in
      if fails.withLock({ $0 }) { throw RESTAError(.engineFailed, "not now") }
      return [Float](repeating: 0, count: 257)
    }
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
    #expect(try await judge.judge(Self.question("aaaa")).finding == .unscored)
    fails.withLock { $0 = false }
    #expect(try await judge.judge(Self.question("aaaa")).finding != .unscored)
  }

  @Test(arguments: ["", " \n", "!!!", "ha ha ha ha"])
  func `broken text is incoherent without asking the model`(answer: String) async throws {
    let model = Self.model([])
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
    #expect(try await judge.judge(Self.question(answer)).finding == .incoherent)
    #expect(model.recordedPasses.isEmpty)
  }

  @Test func `a short answer and a rejection are coherent without a perplexity`() async throws {
    let model = Self.model([])
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
    for question in [Self.question("zzz"), Self.question("", rejected: true)] {
      let verdict = try await judge.judge(question)
      #expect(verdict.finding == .coherent)
      #expect(verdict.details["perplexity"] == nil)
    }
    #expect(model.recordedPasses.isEmpty)
  }

  @Test func `an impossible token is incoherent, and its verdict can be stored`() async throws {
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(Self.model([1, 1, 1, 1])))
    let verdict = try await judge.judge(Self.question("aaab"))
    #expect(verdict.finding == .incoherent)
    let stored = try JSONEncoder().encode(verdict)
    let read = try JSONDecoder().decode(Verdict.self, from: stored)
    #expect(read.details["perplexity"] == .string("infinite"))
    #expect(read.details["limit"]?.double == 40)
  }

  @Test func `what the model cannot read is unscored, with a reason and without the answer`()
    async throws
  {
    struct EngineFailure: Error, CustomStringConvertible { let description = "secret answer" }
    let failing = ScriptedModel { _ in throw EngineFailure() }
    let short = DefenseFixture.model(answering: ["x"], contextLength: 10)
    let cases: [(ScriptedModel, JudgeQuestion)] = [
      (failing, Self.question("secret answer")), (short, Self.question("secret answer")),
      (Self.model([]), Self.question("secret answer", tokenIDs: [97, 97, 97, 9999])),
      (Self.model([]), Self.question("secret answer", tokenIDs: [97, 97, 97, -1])),
    ]
    for (model, question) in cases {
      let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
      let verdict = try await judge.judge(question)
      #expect(verdict.finding == .unscored)
      #expect(!verdict.reason.contains("secret"))
      #expect(model.openReservations == 0)
    }
  }

  @Test func `cancelling is no verdict`() async throws {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let model = ScriptedModel { _ in
      begin.yield()
      try await Task.sleep(for: .seconds(3600))
      return []
    }
    let judge = CoherenceJudge(subject: try DefenseFixture.subject(model))
    let task = Task { try await judge.judge(Self.question("an answer")) }
    for await _ in begun { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.openReservations == 0)
  }
}
