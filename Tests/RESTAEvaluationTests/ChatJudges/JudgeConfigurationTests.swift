import Foundation
import RESTA
import RESTARefusals
import RESTATesting
import Synchronization
import Testing

@testable import RESTAEvaluation

@Suite("Judges of a configuration") struct JudgeConfigurationTests {
  /// The judges of a configuration whose models are scripted, with a chat template.
  private static func judges(
    _ yaml: String, template: String = "{% for m in messages %}{{ m.content }}{% endfor %}",
    files: [String: String] = [:]
  ) async throws -> [any Judge] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    let configuration = try EvaluationConfiguration(
      parsing: "datasets: [x]\njudges:\n  - \(yaml)", file: "test.yaml")
    let model = ScriptedModel { _ in 65 }
    let assembly = JudgeAssembly(
      folder: folder.path, generator: SeededGenerator(seed: 1),
      subject: { Subject(model: model, options: GenerationOptions()) }
    ) { _, name in
      try Subject(
        model: model, template: ChatTemplate(source: template, name: name),
        options: GenerationOptions())
    }
    return try await assembly.judges(configuration.judges)
      + assembly.pairwiseJudges(configuration.judges).map { Named(id: $0.id) }
  }

  @Test func `judges are told apart by their weights, and two of one name are refused`()
    async throws
  {
    let two = "{type: chat, file: a.gguf, rubric: jbb-refusal}"
    let files = ["a.gguf": "weights", "b.gguf": "others"]
    let first = try await Self.judges(two, files: files).map(\.id)
    let changed = try await Self.judges(two, files: ["a.gguf": "replaced"]).map(\.id)
    #expect(first.count == 1 && first[0].contains(":a.gguf+sha256=") && first != changed)
    for (yaml, isOne) in [
      ("{type: chat, file: ./a.gguf}", true), ("{type: chat, file: b.gguf}", false),
      ("{type: guard, file: a.gguf}", false),
    ] {
      let list = "{type: chat, file: a.gguf}\n  - \(yaml)"
      let error: EvaluationError?
      do {
        _ = try await Self.judges(list, files: files)
        error = nil
      } catch let thrown as EvaluationError { error = thrown }
      #expect(
        (error?.message.hasPrefix("Two judges are called 'chat:") == true) == isOne, "\(yaml)")
    }
  }

  @Test func `a model that several judges name is loaded once`() async throws {
    let judges = try EvaluationConfiguration(
      parsing: """
        datasets: [x]
        judges:
          - {type: chat, file: a.gguf}
          - {type: guard, file: a.gguf}
          - {type: guard, file: a.gguf, form: shieldgemma, chat_template: chatml}
          - {type: pairwise, file: a.gguf}
        """, file: "test.yaml"
    ).judges
    let loaded = Mutex([String]())
    let assembly = JudgeAssembly(
      folder: "/nowhere", generator: SeededGenerator(seed: 1),
      subject: { throw EvaluationError(.fileFailed, "no judge here needs the model under test") }
    ) { file, template in
      loaded.withLock { $0.append("\(file) \(template ?? "its own")") }
      return try DefenseFixture.subject(DefenseFixture.model(answering: ["safe"]))
    }
    #expect(try await assembly.judges(judges).count == 3)
    #expect(try await assembly.pairwiseJudges(judges).count == 1)
    let loads = loaded.withLock { $0 }
    #expect(loads == ["/nowhere/a.gguf its own", "/nowhere/a.gguf chatml"])
  }

  @Test func `the example's judges read the whole answer, each by its own rubric`() async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Examples/judges/chat.yaml").standardizedFileURL
    let configuration = try EvaluationConfiguration(contentsOf: file.path)
    let judges = try await JudgeAssembly(
      folder: configuration.folder, generator: SeededGenerator(seed: 1),
      subject: { throw EvaluationError(.fileFailed, "no judge here needs the model under test") }
    ) { _, _ in throw EvaluationError(.fileFailed, "no model is loaded for an endpoint") }
    .judges(configuration.judges)
    let served = "qwen2.5-coder-1.5b-instruct-q4_k_m+max_tokens=16"
    try #require(judges.count == 3)
    #expect(judges[0].id == "chat:jbb-refusal+jbb-jailbreak/2:\(served)")
    #expect(judges[1].id.hasPrefix("chat:short-rubric-") && judges[1].id.hasSuffix("/2:\(served)"))
    #expect(judges[2].id == RefusalPhraseJudge().id)
  }

  private struct Named: Judge {
    var id: String
    func judge(_ question: JudgeQuestion) -> Verdict { Verdict(.unscored, reason: "") }
  }

  private static let endpoint = #"endpoint: "http://h/v1", model: m"#

  @Test(arguments: [
    ("{type: chat, \(endpoint)}", #"chat:jbb-refusal\+jbb-jailbreak/2:m"#),
    ("{type: chat, \(endpoint), max_tokens: 64}", #".*/2:m\+max_tokens=64"#),
    ("{type: chat, \(endpoint), temperature: 0}", ".*/2:m"),
    ("{type: chat, \(endpoint), temperature: null}", #".*/2:m\+temperature=default"#),
    ("{type: chat, \(endpoint), reasoning_effort: low}", #".*/2:m\+reasoning_effort=low"#),
    ("{type: chat, \(endpoint), rubric: r.txt}", "chat:r-[0-9a-f]{8}/2:m"),
    ("{type: chat, \(endpoint), rubric: s.txt, threshold: 8}", "chat:s-[0-9a-f]{8}>=8/2:m"),
    ("{type: guard, \(endpoint)}", "guard/2:m"),
    ("{type: guard, \(endpoint), form: shieldgemma}", "guard-shieldgemma/2:m"),
    ("{type: guard, \(endpoint), prompt: r.txt}", "guard-[0-9a-f]{8}/2:m"),
    ("{type: pairwise, \(endpoint), max_tokens: 64}", #"pairwise/2:m\+max_tokens=64"#),
    ("{type: guard, file: g.gguf}", #"guard/2:g\.gguf"#),
    (
      "{type: guard, file: g.gguf, chat_template: t}",
      #"guard/2:g\.gguf\+chat_template=[0-9a-f]{8}"#
    ),
  ])
  func `whatever changes what is asked is in the id`(yaml: String, id: String) async throws {
    let files = ["r.txt": "{response} [[YES]] [[NO]]", "s.txt": "Rate {response}."]
    let judge = try #require(try await Self.judges(yaml, files: files).first)
    #expect(judge.id.wholeMatch(of: try Regex(id)) != nil, "\(judge.id)")
  }

  @Test(arguments: [
    ("{type: chat, \(endpoint), threshold: 5}", "'threshold' needs a 'rubric' of one's own"),
    ("{type: chat, \(endpoint), rubric: jbb, threshold: 5}", "'threshold' needs"),
    ("{type: chat, \(endpoint), rubric: r.txt}", "is neither a readable text file nor one of jbb"),
    ("{type: chat, \(endpoint), form: shieldgemma}", "unknown key 'form'"),
    ("{type: chat, \(endpoint), token_parameter: max_token}", "did you mean 'max_tokens'?"),
    ("{type: chat, \(endpoint), temperature: 3}", "temperature: expected a number"),
    (
      "{type: chat, \(endpoint), chat_template: t}",
      "'chat_template' is for a judge that is a 'file'"
    ),
    (
      "{type: chat, \(endpoint), api_key_variable: K, key_header: \"a b\"}",
      "key_header: must be the name of a header"
    ),
    (
      "{type: chat, \(endpoint), key_header: api-key}",
      "key_header: there is no key for it: 'api_key_variable'"
    ),
    (
      "{type: chat, endpoint: \"http://h/v1/responses\", model: m}",
      "endpoint: ends with '/responses'"
    ),
    (
      "{type: chat, file: g.gguf, temperature: 1}",
      "'temperature' is for a judge that is an 'endpoint'"
    ),
    ("{type: chat, file: g.gguf, timeout: 1}", "'timeout' is for a judge that is an 'endpoint'"),
    ("{type: guard, \(endpoint), form: llamaguard}", "did you mean 'llama-guard'?"),
    (
      "{type: guard, \(endpoint), prompt: p.txt}",
      "The guard's prompt 'p.txt' is no readable text file."
    ),
  ])
  func `what is wrong is named as it is written`(yaml: String, fault: String) async {
    let error = await #expect(throws: EvaluationError.self) { try await Self.judges(yaml) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains(fault) == true, "\(error?.message ?? "")")
  }

  @Test func `a rubric in UTF-16 is refused by name`() async {
    let files = ["r.txt": "{response} [[YES]] [[NO]]".map { "\($0)\u{0}" }.joined()]
    let error = await #expect(throws: EvaluationError.self) {
      try await Self.judges("{type: chat, \(Self.endpoint), rubric: r.txt}", files: files)
    }
    #expect(error?.message.contains("looks like UTF-16") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "{{ raise_exception('no') }}",
    "{% if messages|length > 1 %}{{ raise_exception('no') }}{% endif %}",
  ])
  func `a template that cannot show the answer stops the run at its start`(
    template: String
  ) async throws {
    let error = await #expect(throws: EvaluationError.self) {
      try await Self.judges("{type: guard, file: g.gguf}", template: template)
    }
    #expect(error?.message.hasPrefix("The judge 'guard' ('g.gguf') cannot be asked: ") == true)
  }
}
