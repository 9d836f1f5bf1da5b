/// A judge as a configuration names it.
package struct JudgeSource: Sendable, Hashable {
  /// The types.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Refusal phrases at the start of the answer.
    case refusalPhrases = "refusal-phrases"
    /// Perplexity and repetition under the undefended model.
    case coherence
    /// A chat model with a rubric.
    case chat
    /// A guard model that says safe or unsafe.
    case guardModel = "guard"
    /// A chat model that compares with the undefended answer (AlpacaEval).
    case pairwise

    var keys: [String] {
      switch self {
      case .refusalPhrases: ["window"]
      case .coherence: ["limit"]
      case .chat: ["rubric"] + Self.clientKeys
      case .guardModel, .pairwise: Self.clientKeys
      }
    }

    private static let clientKeys = [
      "file", "chat_template", "endpoint", "model", "api_key_variable", "timeout", "retries",
      "requests_per_minute", "concurrency",
    ]
  }

  /// A chat model that judges.
  package struct Client: Sendable, Hashable {
    /// A GGUF file, relative to the configuration; or `nil`.
    package var file: String?
    /// Its chat template's name.
    ///
    /// `nil`: its own.
    package var chatTemplate: String?
    /// An OpenAI-compatible base URL, such as `http://127.0.0.1:8000/v1`; or `nil`.
    package var endpoint: String?
    /// The model's name there.
    package var model: String?
    /// The environment variable that holds the API key.
    ///
    /// `nil`: no key.
    package var apiKeyVariable: String?
    /// Seconds for one request.
    package var timeout: Double
    /// How often a request is tried again.
    package var retries: Int
    /// The most requests a minute.
    ///
    /// `nil`: no limit.
    package var requestsPerMinute: Int?
    /// The most requests at once.
    package var concurrency: Int
  }

  /// The type.
  package var kind: Kind
  /// Refusal phrases: in how many characters from the start a phrase must begin.
  ///
  /// `nil`: the default.
  package var window: Int?
  /// Coherence: the perplexity above which an answer is no language.
  ///
  /// `nil`: the default.
  package var limit: Double?
  /// Chat: a built-in rubric's name, or a text file.
  ///
  /// `nil`: the default.
  package var rubric: String?
  /// Chat, guard, pairwise: who answers.
  package var client: Client?

  /// Refusal phrases, then coherence.
  package static let defaults = [JudgeSource(kind: .refusalPhrases), JudgeSource(kind: .coherence)]

  /// Tells judges of a configuration apart.
  var id: String {
    let name = client.map { $0.file ?? "\($0.endpoint ?? ""):\($0.model ?? "")" }
    return [kind.rawValue, rubric, name].compactMap { $0 }.joined(separator: ":")
  }

  private init(kind: Kind) { self.kind = kind }

  /// Reads an element of `judges`: a type, or keys and values.
  init(_ node: ConfigurationNode) throws(EvaluationError) {
    guard node.isMapping else {
      let kind = try node.choice(Kind.self, called: "type of judge")
      try self.init(kind, [:], at: node)
      return
    }
    let all = Set(Kind.allCases.flatMap(\.keys))
    guard
      let kind = try node.fields(["type"] + all.sorted())["type"]?.choice(
        Kind.self, called: "type of judge")
    else { throw node.error("there is no 'type'") }
    try self.init(kind, try node.fields(["type"] + kind.keys), at: node)
  }

  private init(
    _ kind: Kind, _ fields: [String: ConfigurationNode], at node: ConfigurationNode
  ) throws(EvaluationError) {
    self.kind = kind
    window = try fields["window"]?.integer(1...1_000_000)
    limit = try fields["limit"]?.number(1...(.greatestFiniteMagnitude))
    rubric = try fields["rubric"]?.text()
    guard [.chat, .guardModel, .pairwise].contains(kind) else { return }
    client = try Client(fields, at: node)
  }
}

extension JudgeSource.Client {
  fileprivate init(
    _ fields: [String: ConfigurationNode], at node: ConfigurationNode
  ) throws(EvaluationError) {
    file = try fields["file"]?.text()
    chatTemplate = try fields["chat_template"]?.text()
    endpoint = try fields["endpoint"]?.text()
    model = try fields["model"]?.text()
    apiKeyVariable = try fields["api_key_variable"]?.text()
    timeout = try fields["timeout"]?.number(0.001...86_400) ?? 60
    retries = try fields["retries"]?.integer(0...100) ?? 3
    requestsPerMinute = try fields["requests_per_minute"]?.integer(1...1_000_000)
    concurrency = try fields["concurrency"]?.integer(1...256) ?? 4
    guard (file == nil) != (endpoint == nil) else {
      throw node.error("name who judges: 'file' (a GGUF model) or 'endpoint' (a URL)")
    }
    guard endpoint == nil || model != nil else {
      throw node.error("there is no 'model': the model's name at the endpoint")
    }
  }
}
