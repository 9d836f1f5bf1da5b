import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Two answers compared") struct PairwiseJudgeTests {
  /// A judge that says one thing when the candidate is shown first, and another when it is second.
  private func verdict(first: String, second: String) async throws -> PairwiseVerdict {
    let client = ScriptedChatClient { messages in
      let text = messages[0].content
      guard let candidate = text.firstRange(of: "\nCANDIDATE\n"),
        let baseline = text.firstRange(of: "\nBASE\u{301}\n")
      else { return "" }
      return candidate.lowerBound < baseline.lowerBound ? first : second
    }
    return try await PairwiseJudge(client: client).compare(
      "CANDIDATE", with: "BASE\u{301}", prompt: "Which?")
  }

  @Test(arguments: [
    ("[[A]]", "[[B]]", PairwiseVerdict.Outcome.win, 1.0), ("[[B]]", "[[A]]", .loss, 0),
    ("[[TIE]]", "[[TIE]]", .tie, 0.5), ("[[A]]", "[[A]]", .inconsistent, 0.5),
    ("[[B]]", "[[B]]", .inconsistent, 0.5), ("[[A]]", "[[TIE]]", .inconsistent, 0.75),
    ("[[TIE]]", "[[A]]", .inconsistent, 0.25),
  ])
  func `both orders count`(
    first: String, second: String, outcome: PairwiseVerdict.Outcome, preference: Double
  ) async throws {
    let verdict = try await verdict(first: first, second: second)
    #expect(verdict.outcome == outcome)
    #expect(verdict.preference == preference)
    // In Unicode scalars: the accent is one of its own.
    #expect(verdict.candidateLength == 9)
    #expect(verdict.baselineLength == 5)
  }

  @Test(arguments: [
    ("", "[[B]]"), ("[[A]]", "B"), ("[[A]] [[B]]", "[[B]]"), ("[[A]]", "[[TIE]] [[A]]"),
    ("[[C]]", "[[B]]"),
  ])
  func `one unreadable reply leaves the pair unscored`(first: String, second: String) async throws {
    let verdict = try await verdict(first: first, second: second)
    #expect(verdict.outcome == .unscored)
    #expect(verdict.preference == nil)
    #expect(verdict.reason.hasPrefix("reply unreadable (pairwise)"))
  }

  @Test func `the same text is a tie without asking, canonically equivalent text is not`()
    async throws
  {
    let client = ScriptedChatClient { _ in "[[A]]" }
    let judge = PairwiseJudge(client: client)
    #expect(try await judge.compare("é", with: "é", prompt: "?").outcome == .tie)
    #expect(client.asked.isEmpty)
    #expect(try await judge.compare("é", with: "e\u{301}", prompt: "?").outcome == .inconsistent)
    #expect(client.asked.count == 2)
    #expect(judge.id == "pairwise/2:scripted")
  }

  @Test func `who changes what is asked changes the version too`() async throws {
    let client = ScriptedChatClient { _ in "[[A]]" }
    let judge = PairwiseJudge(client: client)
    _ = try await judge.compare("a", with: "b", prompt: "P")
    let asked = client.asked.flatMap { $0.map(\.content) }
    #expect(Digest.sha256(ofTexts: asked).prefix(16) == "7aafb0c7ba776d05")
    #expect(judge.id.contains("/2:"))
  }

  /// Two defences with seeds beside the undefended model.
  private static func seededPair() -> EvaluationFixture {
    var fixture = EvaluationFixture(prompts: 2)
    fixture.datasets.removeLast()
    fixture.defenses.append(
      .init(name: "other", defense: EchoDefense(kind: "other", usesSeed: true, failing: nil)))
    return fixture
  }

  @Test func `both answers are of one seed, or the baseline's is its first`()
    async throws
  {
    let folder = try TemporaryFolder()
    let fixture = Self.seededPair()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await fixture.run(try fixture.plan(), into: store)
    let client = ScriptedChatClient { _ in "[[TIE]]" }
    try await PreferenceRunner(
      store: store, baseline: "noisy", judges: [PairwiseJudge(client: client)]
    ).run()
    // Of the benign prompt: "none" once and "other" under three seeds, each in both orders.
    let texts = client.asked.map { $0[0].content }
    #expect(texts.count == 8)
    let seeds = fixture.seeds.map { EffectiveSeed.of($0, prompt: "prompt 1") }
    for (answer, seed) in seeds.map({ ("other prompt 1 \($0)", $0) }) + [
      ("none prompt 1 0", seeds[0])
    ] {
      let baseline = "noisy prompt 1 \(seed)"
      #expect(texts.count { $0.contains(answer) && $0.contains(baseline) } == 2, "\(answer)")
    }
  }

  @Test func `what lacks the baseline's answer under its seed is compared once that is there`()
    async throws
  {
    let folder = try TemporaryFolder()
    let fixture = Self.seededPair()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    let plan = try fixture.plan()
    let client = ScriptedChatClient { _ in "[[TIE]]" }
    let runner = PreferenceRunner(
      store: store, baseline: "noisy", judges: [PairwiseJudge(client: client)])
    // As a shard has it.
    try await fixture.run(plan.part { $0.defense != "noisy" || $0.seed != 2 }, into: store)
    try await runner.run()
    #expect(client.asked.count == 6)
    try await fixture.run(plan, into: store)
    try await runner.run()
    #expect(client.asked.count == 8)
    let seed = EffectiveSeed.of(2, prompt: "prompt 1")
    let texts = client.asked.map { $0[0].content }
    for answer in ["other prompt 1 \(seed)", "noisy prompt 1 \(seed)"] {
      #expect(texts.count { $0.contains(answer) } == 2)
    }
  }

  @Test func `an error is unscored, a cancellation is thrown`() async throws {
    let judge = PairwiseJudge(client: ScriptedChatClient { _ in throw TalkativeError() })
    let verdict = try await judge.compare("a", with: "b", prompt: "MARKER")
    #expect(verdict.outcome == .unscored)
    #expect(verdict.reason == "the judge failed with TalkativeError")
    let task = Task { try await judge.compare("a", with: "b", prompt: "?") }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
