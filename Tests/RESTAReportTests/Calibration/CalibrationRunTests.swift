import Foundation
import RESTA
import RESTAEvaluation
import RESTATesting
import Synchronization
import Testing

@testable import RESTAReport

@Suite("A calibration's run")
struct CalibrationRunTests {
  /// What it says depends on the prompt and, where there is noise, on the noise.
  private static let model = ScriptedModel { context in
    var logits = [Float](repeating: 0, count: ScriptedTokenizer().vocabularySize)
    let noise = (context.embeddings?.values ?? []).reduce(UInt32(0)) { $0 &+ $1.bitPattern }
    logits[97 + Int(noise % 3) + context.promptLength % 5] = 1
    return logits
  }

  private func calibration(in folder: URL) async throws -> CalibrationRun {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("model.gguf").path
    try Data("weights".utf8).write(to: URL(fileURLWithPath: file))
    let plan = CalibrationPlan(
      grid: CalibrationGrid(noises: [.isotropic, .soft], sigmas: [0.25, 1]), samples: 2,
      prefix: .tokens(2), maximumTokens: 3, seed: 1)
    let template = try ChatTemplate(
      source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>")
    let session = try await EvaluationSession(
      try plan.configuration(name: "test"), options: EvaluationOptions(limit: 3)
    ) { EvaluatedModel(Self.model, template: template, file: file, engine: "scripted") }
    let store = try EvaluationStore(path: folder.appendingPathComponent("r.sqlite").path)
    let search = CalibrationSearch(
      grid: plan.grid, rule: CalibrationRule(agreement: 0, loss: 1, guardLoss: 1))
    return CalibrationRun(session: session, store: store, search: search, prefix: plan.prefix)
  }

  private func run(in folder: URL, answersAtATime: Int?) async throws -> (
    CalibrationRun.Result, String, Int
  ) {
    let calibration = try await calibration(in: folder)
    let store = calibration.store
    var runs = 0
    while true {
      runs += 1
      // The run itself asks before its first step.
      let asked = Mutex(0)
      let before = try await store.counts().done
      let result = try await calibration.run(
        isSpent: {
          guard let answersAtATime else { return false }
          return asked.withLock {
            $0 += 1; return $0 > answersAtATime + 1
          }
        })
      let done = try await store.counts().done
      if let answersAtATime { #expect(done - before <= answersAtATime, "the budget is exceeded") }
      guard result.unreached != nil else { return (result, try await store.digest(), runs) }
      try #require(runs < 200)
    }
  }

  @Test("ends the same however little was done at a time", arguments: [1, 2, 5, 11])
  func resumed(answers: Int) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-calibration-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try await run(in: folder.appendingPathComponent("whole"), answersAtATime: nil)
    let parts = try await run(
      in: folder.appendingPathComponent("parts"), answersAtATime: answers)
    #expect(whole.2 == 1 && parts.2 > 2)
    #expect(parts.0.points == whole.0.points && parts.0.choice == whole.0.choice)
    #expect(parts.1 == whole.1)
    // The undefended model, and everyday requests at both strengths of both noises at least.
    #expect(whole.0.points.count >= 5)
    #expect(whole.0.points["none"]?.isWhole == true)
    #expect(whole.0.points["none"]?.agreement.share == 1)
  }

  @Test("rows of a file of attacks are attacks, but those that say they are none, which are named")
  func attacksOfAFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-calibration-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func roles(_ rows: [String], name: String = "attacks.jsonl") throws -> [Sample.Role] {
      let file = folder.appendingPathComponent(name).path
      try Data(rows.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
      let plan = CalibrationPlan(
        grid: CalibrationGrid(noises: [.soft], sigmas: [1]), samples: 2, prefix: .tokens(2),
        maximumTokens: 3, seed: 1, attacks: file)
      let datasets = try plan.configuration(name: "test").read(data: nil, limit: nil)
      return datasets.last?.samples.map(\.role) ?? []
    }
    func row(_ prompt: String, _ role: String = "") -> String {
      "{\"prompt\": \"\(prompt)\", \"split\": \"development\"\(role)}"
    }
    let attacks = [row("a"), row("b", ", \"role\": \"adversarial\"")]
    #expect(try roles(attacks) == [.adversarial, .adversarial])
    for (more, message) in [
      (row("c", ", \"role\": \"benign\""), "the prompt is benign, not adversarial"),
      (row("c", ", \"role\": \"direct\""), "the prompt is direct"),
      (row(" "), "the prompt is empty"),
    ] {
      let error = #expect(throws: EvaluationError.self) { try roles(attacks + [more]) }
      #expect(
        error?.message.contains("attacks.jsonl:3: \(message)") == true, "\(error?.message ?? "")")
      // Nobody can ask a calibration for that.
      #expect(error?.message.contains("--skip-bad-rows") == false)
    }
    let error = #expect(throws: EvaluationError.self) {
      try roles(["prompt,type,label", "What is tea?,homonyms,safe"], name: "xstest.csv")
    }
    #expect(error?.message.contains("xstest.csv:2: the prompt is benign") == true)
  }

  @Test("what another version's judges said is no measurement of this one's")
  func otherJudges() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-calibration-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let calibration = try await calibration(in: folder)
    _ = try await calibration.run(isSpent: { false })
    var record = try #require(try await calibration.store.record())
    record.judges = ["refusal-phrases/1", "coherence/1"]
    try await calibration.store.begin(calibration.session.plan, record: record)
    let error = await #expect(throws: EvaluationError.self) {
      try await calibration.run(isSpent: { false })
    }
    #expect(error?.message.contains("refusal-phrases/1") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("--output") == true)
  }
}
