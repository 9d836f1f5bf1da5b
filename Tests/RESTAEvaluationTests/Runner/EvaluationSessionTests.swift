import FoundationEssentials
import RESTA
import RESTADocuments
import RESTATesting
import Synchronization
import Testing

@testable import RESTAEvaluation

@Suite("Evaluation sessions") struct EvaluationSessionTests {
  static let model = ScriptedModel { _ in 65 }

  static func evaluated(in folder: TemporaryFolder) throws -> EvaluatedModel {
    let file = folder.path("model.gguf")
    try "weights".write(toFile: file, atomically: true, encoding: .utf8)
    return EvaluatedModel(
      model, template: try DefenseFixture.template(), file: file, engine: "scripted")
  }

  private static func session(
    prompts: Int, in folder: TemporaryFolder
  ) async throws -> EvaluationSession {
    let configuration = try EvaluationConfiguration(
      parsing: """
        max_tokens: 2
        datasets: [{built_in: benign, limit: \(prompts)}]
        defenses: [{type: random-refusal, probability: 1}]
        judges: [refusal-phrases]
        """, file: "small.yaml")
    return try await EvaluationSession(configuration) { try evaluated(in: folder) }
  }

  @Test("a configuration is run, and run again it finds everything done")
  func configuration() async throws {
    let folder = try TemporaryFolder()
    let session = try await Self.session(prompts: 2, in: folder)
    let store = try EvaluationStore(path: session.storePath(in: folder.url))
    let done = try await session.run(into: store)
    #expect(done.done == 4)
    #expect(try await session.run(into: store).done == 0)
    let rows = try await store.rows(judges: ["refusal-phrases/3"])
    #expect(rows.map(\.label) == [.complied, .refused, .complied, .refused])
    let record = try #require(try await store.record())
    #expect(record.name == "small")
    #expect(record.subject.engine == "scripted")
    #expect(record.environment.map(\.label).contains("Machine"))
    try store.close()
  }

  @Test("a part of the plan is done alone, and no answer is begun once time has run out")
  func part() async throws {
    let folder = try TemporaryFolder()
    let session = try await Self.session(prompts: 6, in: folder)
    let whole = try EvaluationStore(path: folder.path("whole.sqlite"))
    _ = try await session.run(into: whole)
    let store = try EvaluationStore(path: folder.path("parts.sqlite"))
    let part = session.plan.part { $0.defense == "none" }
    #expect(part.items.count == 6 && part.total == 12)
    // Room for two answers, then for none, then for all.
    let asked = Mutex(0)
    let first = try await session.run(
      part, into: store,
      isSpent: {
        asked.withLock {
          $0 += 1; return $0 > 2
        }
      })
    #expect(first.done == 2)
    #expect(try await session.run(part, into: store, isSpent: { true }).done == 0)
    #expect(try await session.run(part, into: store).done == 4)
    #expect(try await store.counts().items == 6)
    #expect(try await session.run(into: store).done == 6)
    #expect(try await store.digest() == whole.digest())
  }

  @Test("the noise of a calibration is taken for the model, and its lack is an error")
  func calibrated() async throws {
    let folder = try TemporaryFolder()
    let configuration = try EvaluationConfiguration(
      parsing: """
        datasets: [{built_in: benign, limit: 1}]
        defenses: [{type: resta, calibrated: yes, samples: [2, 3]}]
        """, file: "small.yaml")
    #expect(configuration.defenses.map(\.name).last == "resta calibrated k=3 l=20")
    let error = await #expect(throws: EvaluationError.self) {
      try await EvaluationSession(configuration) { try Self.evaluated(in: folder) }
    }
    #expect(error?.message.contains("resta calibrate") == true)
    let session = try await EvaluationSession(configuration) {
      var evaluated = try Self.evaluated(in: folder)
      evaluated.model = CalibratedModel(model: Self.model)
      return evaluated
    }
    let settings = session.plan.defenses.map(\.defense.settings).last
    #expect(settings?["noise"] == .string("soft") && settings?["sigma"] == .number(0.3))
    #expect(settings?["samples"] == .integer(3))
    for text in ["calibrated: yes, sigma: 1", "calibrated: no", "calibrated: yes, noise: hard"] {
      #expect(throws: EvaluationError.self) {
        try EvaluationConfiguration(
          parsing: "datasets: [x]\ndefenses: [{type: resta, \(text)}]", file: "f.yaml")
      }
    }
  }

  private static func dated(
    _ source: String, on day: String, in folder: TemporaryFolder
  ) throws -> EvaluatedModel {
    var evaluated = try evaluated(in: folder)
    let date = try #require(TemplateDate(day + "T09:05"))
    evaluated.template = try ChatTemplate(source: source)
    evaluated.template?.clock = { date }
    return evaluated
  }

  @Test("an evaluation whose template prints the date has one date, and goes on with that one only")
  func date() async throws {
    let folder = try TemporaryFolder()
    var configuration = try EvaluationConfiguration(
      parsing: """
        max_tokens: 1
        template_vars: [style=short]
        datasets: [{built_in: benign, limit: 2}]
        judges: [refusal-phrases]
        """, file: "dated.yaml")
    let source =
      "{{ style }}{% for m in messages %}{{ m.content }}{% endfor %}"
      + "{{ strftime_now('%F %T') }}"
    func session(_ source: String, on day: String) async throws -> EvaluationSession {
      try await EvaluationSession(configuration) {
        try Self.dated(source, on: day, in: folder)
      }
    }
    let first = try await session(source, on: "2026-11-28")
    #expect(first.record.subject.templateDate == "2026-11-28")
    #expect(first.record.subject.templateVariables == ["style": "short"])
    let prompt = try first.subject.tokenize("Hi").rendered.text
    #expect(prompt == "shortHi2026-11-28 00:00:00")
    let store = try EvaluationStore(path: first.storePath(in: folder.url))
    _ = try await first.run(into: store)
    #expect(try await session(source, on: "2026-11-28").run(into: store).done == 0)
    let next = try await session(source, on: "2026-11-29")
    let error = await #expect(throws: EvaluationError.self) { try await next.run(into: store) }
    #expect(
      error?.message.contains("--template-date 2026-11-28") == true, "\(error?.message ?? "")")
    configuration.templateDate = TemplateDate("2026-11-28")
    #expect(try await session(source, on: "2026-11-29").run(into: store).done == 0)
    try store.close()
    // A template that prints no date has none in its keys.
    let plain = try await session("{{ messages[0].content }}", on: "2026-11-28")
    #expect(plain.record.subject.templateDate == nil)
  }

  @Test("templates that lose the question, or the system prompt, end it before anything is asked")
  func templates() async throws {
    let folder = try TemporaryFolder()
    for (source, system, place) in [
      ("{{ messages[0].role }}", "", "messages[0]"),
      ("{{ messages[-1].content }}", "system: Be brief.\n", "'system' of the configuration"),
    ] {
      let configuration = try EvaluationConfiguration(
        parsing: system + "datasets: [{built_in: benign, limit: 1}]", file: "a.yaml")
      let error = await #expect(throws: RESTAError.self) {
        _ = try await EvaluationSession(configuration) {
          try Self.dated(source, on: "2026-11-28", in: folder)
        }
      }
      #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
    }
  }

  @Test("a judge that reads nothing is refused, and one that prints the date has it in its id")
  func judges() async throws {
    let configuration = try EvaluationConfiguration(
      parsing: """
        datasets: [{built_in: benign, limit: 1}]
        judges: [{type: guard, file: guard.gguf}]
        """, file: "a.yaml")
    func ids(_ source: String) async throws -> [String] {
      let assembly = JudgeAssembly(
        folder: configuration.folder, cache: MemoryJudgeCache(),
        subject: { Subject(model: Self.model, options: GenerationOptions()) }
      ) { _, _ in
        var template = try ChatTemplate(source: source)
        template.clock = { .init(secondsSince1970: 1_795_899_900) }
        return Subject(
          model: Self.model, template: template, options: GenerationOptions(maximumTokens: 1))
      }
      return try await assembly.judges(configuration.judges).map(\.id)
    }
    let error = await #expect(throws: EvaluationError.self) { try await ids("safe?") }
    #expect(error?.message.contains("'guard.gguf'") == true, "\(error?.message ?? "")")
    let all = "{% for m in messages %}{{ m.content }}{% endfor %}"
    #expect(try await ids(all).allSatisfy { !$0.contains("2026") })
    #expect(
      try await ids(all + "{{ strftime_now('%F') }}").allSatisfy { $0.contains("2026-11-28") })
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

  @Test("coherence alone, which leaves all unscored, ends it before a model is loaded")
  func coherenceAlone() async throws {
    let configuration = try EvaluationConfiguration(
      parsing: "datasets: [{built_in: benign, limit: 1}]\njudges: [coherence]", file: "a.yaml")
    let error = await #expect(throws: EvaluationError.self) {
      _ = try await EvaluationSession(configuration) {
        Issue.record("the model was loaded")
        throw CancellationError()
      }
    }
    #expect(error?.message.contains("Add 'refusal-phrases'") == true, "\(error?.message ?? "")")
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

/// A model about whose weights something is known.
private struct CalibratedModel: LanguageModel {
  let model: ScriptedModel

  var information: ModelInformation {
    var information = model.information
    information.calibrated = CalibratedSetting(
      noise: NoiseSettings(kind: .soft, sigma: Sigma(value: 0.3, unit: .relative)), samples: 10,
      prefix: .tokens(20))
    return information
  }
  var tokenizer: any Tokenizer { model.tokenizer }
  var chatTemplate: ChatTemplate? { model.chatTemplate }

  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix {
    model.embeddings(of: tokens)
  }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    model.reserve(sequences: sequences, cells: cells)
  }
}
