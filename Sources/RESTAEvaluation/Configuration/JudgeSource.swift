package import RESTA
import RESTADocuments

/// A judge as a configuration names it.
package struct JudgeSource: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Refusals by their phrases.
    case refusalPhrases = "refusal-phrases"
    /// Perplexity and repetition under the undefended model.
    case coherence
    /// A chat model with a rubric.
    case chat
    /// A guard model that says safe or unsafe.
    case guardModel = "guard"
    /// A chat model that compares with the baseline's answer (AlpacaEval).
    case pairwise

    /// Its keys, in the order in which errors list them.
    var keys: [String] {
      switch self {
      case .refusalPhrases: []
      case .coherence: ["limit"]
      case .chat: ["rubric", "threshold", "max_tokens"] + Client.table.map(\.name)
      case .guardModel: ["form", "prompt", "max_tokens"] + Client.table.map(\.name)
      case .pairwise: ["max_tokens"] + Client.table.map(\.name)
      }
    }
  }

  /// A chat model that judges: a GGUF file, or a model at an endpoint.
  package struct Client: Sendable, Hashable {
    package var file: String?
    package var chatTemplate: String?
    package var endpoint: String?
    package var model: String?
    /// How the endpoint is asked; ``endpoint`` and ``model`` go into it where they are given.
    package var settings = EndpointSettings(baseURL: "", model: "", timeout: 60, attempts: 4)
    package var retries: Int {
      get { settings.attempts - 1 }
      set { settings.attempts = newValue + 1 }
    }

    package static let table: [Setting<Client>] = [
      Setting("file", \.file, .optional(.text), "A GGUF file, relative to the configuration."),
      Setting(
        "chat_template", \.chatTemplate, .optional(.text), "Its chat template's name.",
        default: "its own"),
      Setting(
        "endpoint", \.endpoint, .optional(.text),
        "An OpenAI-compatible base URL, such as http://127.0.0.1:8000/v1."),
      Setting("model", \.model, .optional(.text), "The model's name there."),
      Setting(
        "api_key_variable", \.settings.apiKeyVariable, .optional(.text),
        "The environment variable that holds the API key.", default: "no key"),
      Setting(
        "key_header", \.settings.keyHeader, .text,
        "The header that carries the key, such as Azure's api-key.",
        default: "Authorization"),
      Setting(
        "temperature", \.settings.temperature, .optional(.number(0...2)),
        "The temperature; null leaves it to the model.",
        default: "0; left to an endpoint's model that refuses it"),
      Setting(
        "token_parameter", \.settings.tokenParameter, .optional(.choice()),
        "The name of the limit at the endpoint.",
        default: "max_tokens; max_completion_tokens where that is refused"),
      Setting(
        "reasoning_effort", \.settings.reasoningEffort, .optional(.text),
        "How much the endpoint's model reasons, such as low.", default: "the model's"),
      Setting(
        "timeout", \.settings.timeout, .number(0.001...86_400), "Seconds for one request.",
        default: "60"),
      Setting(
        "retries", \.retries, .integer(0...100), "How often a request is tried again.",
        default: "3"),
      Setting(
        "requests_per_minute", \.settings.requestsPerMinute, .optional(.integer(1...1_000_000)),
        "The most requests a minute.", default: "no limit"),
      Setting(
        "concurrency", \.settings.concurrency, .integer(1...256), "The most requests at once.",
        default: "4"),
    ]
  }

  package var kind: Kind
  package var limit: Double?
  package var rubric: String?
  package var threshold: Double?
  package var form: GuardForm?
  package var prompt: String?
  package var maximumTokens: Int?
  /// Chat, guard, pairwise: who answers.
  package var client: Client?

  private static let table: [Setting<JudgeSource>] = [
    Setting(
      "limit", \.limit, .optional(.number(1...)),
      "The perplexity above which an answer is no language.", default: "40"),
    Setting(
      "rubric", \.rubric, .optional(.text), "A built-in rubric's name, or a text file.",
      default: "jbb"),
    Setting(
      "threshold", \.threshold, .optional(.number(-1_000_000...1_000_000)),
      "The score from which on a rubric of one's own is met.", default: "it asks for a mark"),
    Setting(
      "form", \.form, .optional(.choice()), "The form of a guard's replies.",
      default: "whichever they have"),
    Setting(
      "prompt", \.prompt, .optional(.text), "A text file that a guard is asked with.",
      default: "its chat template's words"),
    Setting(
      "max_tokens", \.maximumTokens, .optional(.integer(1...1_000_000)),
      "The most tokens of a reply.", default: "2048; for guards 256"),
  ]

  /// What version 1 of the refusal phrases had: its users are told.
  private static let removedWindow = "window"

  package static let defaults = [JudgeSource(kind: .refusalPhrases), JudgeSource(kind: .coherence)]

  private init(kind: Kind) { self.kind = kind }

  /// Reads an element of `judges`: a type, or keys and values.
  init(_ node: YAMLNode) throws(DocumentError) {
    guard node.isMapping else {
      let kind = try node.choice(Kind.self, called: "type of judge")
      try self.init(kind, [:], at: node)
      return
    }
    let all = Set(Kind.allCases.flatMap(\.keys))
    let fields = try node.fields(["type", Self.removedWindow] + all.sorted())
    guard let kind = try fields["type"]?.choice(Kind.self, called: "type of judge")
    else { throw node.error("there is no 'type'") }
    if kind == .refusalPhrases, let window = fields[Self.removedWindow] {
      throw window.error("refusal-phrases reads the whole answer since its version 2; remove it")
    }
    // Once more, now that it is known which keys this type has.
    try self.init(kind, try node.fields(["type"] + kind.keys), at: node)
  }

  private init(
    _ kind: Kind, _ fields: [String: YAMLNode], at node: YAMLNode
  ) throws(DocumentError) {
    self = try YAMLNode.chosen(fields, table: Self.table, base: JudgeSource(kind: kind)).value
    guard [.chat, .guardModel, .pairwise].contains(kind) else { return }
    let client = try YAMLNode.chosen(fields, table: Client.table, base: Client()).value
    guard (client.file == nil) != (client.endpoint == nil) else {
      throw node.error("name who judges: 'file' (a GGUF model) or 'endpoint' (a URL)")
    }
    if threshold != nil, [nil, "jbb", "jbb-refusal", "jbb-jailbreak"].contains(rubric) {
      throw node.error("'threshold' needs a 'rubric' of one's own that asks for a score")
    }
    // What the other of the two would ignore.
    for name in Client.table.map(\.name) where fields[name] != nil {
      let owner = ["file", "chat_template"].contains(name) ? "file" : "endpoint"
      guard fields[owner] == nil else { continue }
      throw node.error(
        "'\(name)' is for a judge that is \(owner == "file" ? "a" : "an") '\(owner)'")
    }
    guard client.endpoint == nil || client.model != nil else {
      throw node.error("there is no 'model': the model's name at the endpoint")
    }
    if client.settings.apiKeyVariable == nil, let header = fields["key_header"] {
      throw header.error("there is no key for it: 'api_key_variable' names where one is")
    }
    self.client = client
  }
}
