import Foundation
import RESTA
import RESTADocuments
import RESTATesting

@testable import RESTAEvaluation

/// A small evaluation without a real model.
struct EvaluationFixture {
  var datasets: [Dataset]
  var defenses: [EvaluationPlan.Entry]
  var seeds: [UInt64] = [1, 2, 3]
  let judges: [any Judge] = [EchoJudge()]
  let subject = Subject(
    model: ScriptedModel { _ in 65 }, options: GenerationOptions(maximumTokens: 8))

  static let record = SubjectRecord(
    engine: "scripted", modelSHA256: "00", templateSHA256: "11", maximumTokens: 8)

  init(prompts: Int = 5, failing: Int? = nil) {
    let samples = (0..<prompts).map {
      Sample(id: "s\($0)", role: $0.isMultiple(of: 2) ? .direct : .benign, prompt: "prompt \($0)")
    }
    datasets = [
      Dataset(name: "first", source: "test", sha256: "aa", samples: samples, rows: prompts),
      // The same prompts again: they share their answers, and each has its own verdict.
      Dataset(
        name: "second", source: "test", sha256: "bb", samples: Array(samples.prefix(2)), rows: 2),
    ]
    let failingPrompt = failing.map { "prompt \($0)" }
    defenses = [
      .init(
        name: "none", defense: EchoDefense(kind: "none", usesSeed: false, failing: failingPrompt)),
      .init(name: "noisy", defense: EchoDefense(kind: "noisy", usesSeed: true, failing: nil)),
    ]
  }

  func plan(
    _ shard: EvaluationPlan.Shard = .all, only: [String] = []
  ) throws -> EvaluationPlan {
    try EvaluationPlan(
      datasets: datasets, defenses: defenses, seeds: seeds, subject: Self.record, shard: shard,
      only: only)
  }

  func storeRecord(_ plan: EvaluationPlan) -> StoreRecord {
    StoreRecord(
      name: "test", about: nil, configuration: "datasets: []", subject: Self.record,
      baseline: "none", judges: judges.map(\.id), total: plan.total, environment: [])
  }

  /// Runs a plan into a store.
  @discardableResult func run(
    _ plan: EvaluationPlan, into store: EvaluationStore, parallel: Int = 1,
    judges: [any Judge]? = nil,
    retriesUnscored: Bool = false
  ) async throws -> RunProgress {
    try await store.begin(plan, record: storeRecord(plan))
    return try await EvaluationRunner(
      plan: plan, store: store, subject: subject, judges: judges ?? self.judges,
      parallel: parallel, retriesUnscored: retriesUnscored
    ).run()
  }
}

/// Answers with the prompt and the seed.
struct EchoDefense: Defense {
  let kind: String
  let usesSeed: Bool
  let failing: String?
  var code = RESTAError.Code.contextExceeded
  var settings: JSONObject { ["kind": .string(kind)] }

  func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    if prompt == failing { throw RESTAError(code, "too long") }
    // Some finish before others that were started earlier.
    await Task.yield()
    return DefendedAnswer(
      text: "\(kind) \(prompt) \(seed)", stopReason: "endOfGeneration", passes: 2,
      tokensProcessed: prompt.count, seconds: Double(seed % 7) + 0.5)
  }
}

/// Finds a refusal where the answer has an even number of characters.
struct EchoJudge: Judge {
  var id = "echo/1"
  func judge(_ question: JudgeQuestion) async throws -> Verdict {
    Verdict(
      question.answer.count.isMultiple(of: 2) ? .refused : .complied, reason: "by length",
      details: ["length": .integer(Int128(question.answer.count))])
  }
}

/// A folder that is removed at the end of a test.
final class TemporaryFolder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "resta-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
