import FoundationEssentials
import RESTA
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("Evaluation sessions") struct EvaluationSessionTests {
  private static let model = ScriptedModel { _ in 65 }

  private static func evaluated(in folder: TemporaryFolder) throws -> EvaluatedModel {
    let file = folder.path("model.gguf")
    try "weights".write(toFile: file, atomically: true, encoding: .utf8)
    return EvaluatedModel(
      model, template: try DefenseFixture.template(), file: file, engine: "scripted")
  }

  @Test("a configuration is run, and run again it finds everything done")
  func configuration() async throws {
    let folder = try TemporaryFolder()
    let configuration = try EvaluationConfiguration(
      parsing: """
        max_tokens: 2
        datasets: [{built_in: benign, limit: 2}]
        defenses: [{type: random-refusal, probability: 1}]
        judges: [refusal-phrases]
        """, file: "small.yaml")
    let session = try await EvaluationSession(configuration) { try Self.evaluated(in: folder) }
    let store = try EvaluationStore(path: session.storePath(in: folder.url))
    let done = try await session.run(into: store)
    #expect(done.done == 4)
    #expect(try await session.run(into: store).done == 0)
    let rows = try await store.rows(judges: ["refusal-phrases/2"])
    #expect(rows.map(\.label) == [.complied, .refused, .complied, .refused])
    let record = try #require(try await store.record())
    #expect(record.name == "small")
    #expect(record.subject.engine == "scripted")
    #expect(record.environment.map(\.label).contains("Machine"))
    try store.close()
  }

  @Test("data, defences and judges that a program made are run too")
  func program() async throws {
    let folder = try TemporaryFolder()
    let dataset = Dataset(
      name: "own", source: "here", sha256: "00",
      samples: [Sample(id: "1", role: .benign, prompt: "Hello")], rows: 1)
    let session = try EvaluationSession(
      name: "own", datasets: [dataset],
      defenses: [("none", Undefended()), ("control", RandomRefusal(probability: 1))],
      judges: [EchoJudge()], model: try Self.evaluated(in: folder), maximumTokens: 2)
    let store = try EvaluationStore(path: folder.path("own.sqlite"))
    #expect(try await session.run(into: store).done == 2)
    #expect(try await store.rows(judges: ["echo/1"]).map(\.defense) == ["none", "control"])
    try store.close()
  }

  @Test("a setting out of range ends it before anything is asked")
  func validation() async throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvaluationError.self) {
      try EvaluationSession(
        name: "wrong", datasets: [], defenses: [("wrong", RandomRefusal(probability: 2))],
        judges: [], model: try Self.evaluated(in: folder))
    }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test("wrong data costs no loading of a model") func dataFirst() async throws {
    let configuration = try EvaluationConfiguration(
      parsing: "datasets: [missing.jsonl]", file: "a.yaml")
    await #expect(throws: EvaluationError.self) {
      _ = try await EvaluationSession(configuration) {
        Issue.record("the model was loaded")
        throw CancellationError()
      }
    }
  }
}
