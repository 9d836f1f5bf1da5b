import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("What the server makes of the operator's prompt settings and of templates")
struct PromptSettingsTests {
  private func served(
    _ source: String?, _ change: (inout ServerSettings) -> Void = { _ in },
    isRefusal: (@Sendable (String) -> Bool)? = nil
  ) throws -> ServedModel {
    var settings = ServerSettings()
    change(&settings)
    var template = try source.map { try ChatTemplate(source: $0) }
    template?.clock = { .evening }
    let model = ScriptedModel(chatTemplate: template) { _ in
      [Float](repeating: 0, count: 257)
    }
    return try ServedModel(
      LoadedModel(model: model, isRefusal: isRefusal), settings: settings, created: 0)
  }

  private static let all = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
  private static let noSystem =
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + all

  @Test("templates that are of no use are found when the server starts")
  func start() throws {
    for source in ["{# #}", "{{ messages[1].content }}", "{{ nope() }}", "<|user|>"] {
      let error = #expect(throws: ServerError.self) { try served(source) }
      #expect(error?.message.contains("--chat-template") == true, "\(source)")
    }
    for source in [Self.noSystem, "{{ messages[-1].content }}"] {
      #expect(throws: Never.self) { try served(source) }
      let error = #expect(throws: ServerError.self) {
        try served(source) { $0.prompt.system = "Be brief." }
      }
      #expect(error?.message.hasPrefix("prompt.system") == true, "\(source)")
    }
    #expect(throws: Never.self) { try served(Self.all) { $0.prompt.system = "Be brief." } }
    #expect(throws: Never.self) { try served(nil) { $0.prompt.system = "Be brief." } }
  }

  @Test(
    "checkpoints that open the turn again need the template's header and a judge, and are counted")
  func header() async throws {
    let opening = Self.all + "{% if add_generation_prompt %}[assistant]{% endif %}"
    func header(_ settings: inout ServerSettings) {
      settings.defense.samples = 3
      settings.defense.prefix = .tokens(4)
      settings.defense.checkpointEvery = 2
      settings.defense.checkpointForm = .header
    }
    let always: @Sendable (String) -> Bool = { _ in true }
    for (source, isRefusal, reason) in [
      (opening, nil, "a way to know refusals"), (nil, always, "needs a chat template"),
      (Self.all, always, "opens no other turn"),
    ] as [(String?, (@Sendable (String) -> Bool)?, String)] {
      let error = #expect(throws: ServerError.self) {
        try served(source, header, isRefusal: isRefusal)
      }
      #expect(
        error?.code == .invalidSetting && error?.message.contains(reason) == true, "\(reason)")
    }
    var settings = ServerSettings()
    header(&settings)
    let request = try Reading.chat(#""max_tokens":10"#)
    func batch(_ change: (inout ServerSettings) -> Void) throws -> AnswerBatch {
      change(&settings)
      let served = try served(opening, { $0 = settings }, isRefusal: always)
      return try AnswerPlanner(
        served: served, settings: settings, sticky: nil, own: OwnAnswers()
      ).plan(request)
    }
    let probing = try batch { _ in }
    let result = try await probing.generations[0].result()
    #expect(result.stopReason == .checkpointRefusal && result.tokenIDs.count == 6)
    #expect(result.probes.count == 1 && result.probes[0].votes.count == 4)
    // Two probes, the second two tokens behind the first, of the header's 11 tokens and of 4 more, in
    // each of 4 sequences.
    let voting = try batch { $0.defense.checkpointForm = .vote }
    #expect(probing.cost.workTokens - voting.cost.workTokens == 2 * (11 + 4) * 4)
    // They need their place in the context as well, and that is known before anything waits.
    settings.limits.workTokens = 1_000_000_000
    let length = probing.cost.model.contextLength
    for (cost, room) in [(probing.cost, length - 1 - 15), (voting.cost, length - 1)] {
      for (tokens, fits) in [(room, true), (room + 1, false)] {
        let asked = AnswerCost(
          promptTokens: [tokens], answer: cost.answer, defense: cost.defense, model: cost.model,
          probe: cost.probe)
        let refusal = Result { () throws(APIError) in try asked.check(settings, field: "messages") }
        #expect(((try? refusal.get()) != nil) == fits, "\(tokens) of \(length)")
      }
    }
  }

  @Test("the date and the variables are the operator's")
  func dateAndVariables() throws {
    let source = Self.all + "{{ strftime_now('%F %R') }} {{ style | default('none') }}"
    func text(_ change: (inout ServerSettings) -> Void = { _ in }) throws -> String? {
      try served(source, change).template?.render([.user("x")]).text
    }
    #expect(try text() == "[user]x2026-11-28 21:05 none")
    #expect(try text { $0.defense.sticky = true } == "[user]x2026-11-28 00:00 none")
    let settings = try ServerSettings.load(
      file: (
        "a.yaml", "prompt: {date: 2025-01-02, template_vars: [style=short, \"enable=false\"]}"
      ),
      environment: ["RESTA_SERVE_PROMPT_DATE": "2025-01-02T03:04"])
    #expect(settings.prompt.templateVars == ["style": "short", "enable": false])
    #expect(try text { $0 = settings } == "[user]x2025-01-02 03:04 short")
    #expect(try ServerSettings.load(file: ("b.yaml", settings.yaml())) == settings)
    for wrong in ["prompt: {date: today}", "prompt: {template_vars: [messages=x]}"] {
      #expect(throws: ServerError.self) { try ServerSettings.load(file: ("c.yaml", wrong)) }
    }
  }

  @Test("a message that the template loses is a 400 that names it as the client knows it")
  func lost() async throws {
    let source =
      "{% for m in messages if m.role != 'tool' %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    let template = try ChatTemplate(source: source, name: "toolless")
    let model = ScriptedModel(chatTemplate: template) { _ in
      [Float](repeating: 0, count: 257)
    }
    try await ServerFixture.run(
      {
        $0.prompt.system = "Be brief."
        $0.client.assistantTurns = .trusted
      }, model: model
    ) { server in
      let body =
        #"{"max_tokens": 1, "messages": [{"role": "user", "content": "a"}, {"role": "#
        + #""assistant", "content": "b"}, {"role": "tool", "tool_call_id": "1", "content": "secret"}]}"#
      let reply = try await server.send("/v1/chat/completions", body)
      #expect(reply.status == 400)
      #expect(try reply.string("error.code") == "template_failed")
      let message = try #require(try reply.string("error.message"))
      #expect(message.contains("\"toolless\" leaves out messages[2] (role tool)"), "\(message)")
      #expect(!message.contains("secret"))
    }
  }
}

extension TemplateDate {
  /// A time that is not midnight.
  fileprivate static let evening = TemplateDate(secondsSince1970: 1_795_899_900)
}
