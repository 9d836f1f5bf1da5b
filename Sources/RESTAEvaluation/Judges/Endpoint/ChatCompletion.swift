import Foundation
import RESTA
import RESTADocuments

/// How one endpoint's model has to be asked: what it told us by refusing a parameter.
struct EndpointDialect: Sendable, Hashable {
  var tokenParameter: EndpointSettings.TokenParameter
  /// The temperature; `nil` to leave it to the model.
  var temperature: Double?
  /// What is asked otherwise than the settings say, for the record.
  private(set) var changes: [String] = []

  /// What the settings say; `max_tokens` where they leave the name open.
  init(_ settings: EndpointSettings) {
    tokenParameter = settings.tokenParameter ?? .maxTokens
    temperature = settings.temperature
  }

  /// What to try after a refusal; `nil` where it named nothing that could be asked otherwise, or
  /// something that whoever wrote the settings chose.
  func adapted(to refusal: EndpointReport, _ settings: EndpointSettings) -> EndpointDialect? {
    var next = self
    if settings.tokenParameter == nil, tokenParameter == .maxTokens,
      refusal.refuses(tokenParameter.rawValue)
    {
      next.tokenParameter = .maxCompletionTokens
      next.changes.append("with max_completion_tokens")
    } else if temperature == 0, refusal.refuses("temperature") {
      // Only what nobody chose: another temperature is asked for or not asked at all.
      next.temperature = nil
      next.changes.append("without temperature")
    } else {
      return nil
    }
    return next
  }
}

/// What an endpoint says about a failure: in one of the shapes of OpenAI, vLLM, Ollama, FastAPI, Gemini.
struct EndpointReport: Sendable, Hashable {
  /// Its words.
  var message = ""
  private var parameters: Set<String> = []
  private var codes: Set<String> = []

  /// Reads a body; a page of HTML says nothing that is of use.
  init(_ body: [UInt8]) {
    let text = String(decoding: body.prefix(2000), as: UTF8.self)
    let value = try? JSONReader.value(of: body[...], limits: .python)
    self.init(value ?? .string(text.contains("<") ? "" : text))
  }

  /// Reads what was sent in place of an answer.
  init(_ error: JSONValue) {
    var found: [String] = []
    collect(error, into: &found, depth: 0)
    message = found.joined(separator: "; ")
  }

  private mutating func collect(_ value: JSONValue, into found: inout [String], depth: Int) {
    guard depth < 8 else { return }
    switch value {
    case .string(let text): if !text.isEmpty, !found.contains(text) { found.append(text) }
    case .array(let elements):
      for element in elements.prefix(8) { collect(element, into: &found, depth: depth + 1) }
    case .object(let members):
      // LiteLLM writes Python's None for none.
      if let name = members["param"]?.string, !["", "None"].contains(name) {
        parameters.insert(name)
      }
      for key in ["code", "type"] { members[key]?.string.map { _ = codes.insert($0) } }
      if let place = members["loc"]?.array?.compactMap(\.string) {
        parameters.formUnion(place)
        if !place.isEmpty { found.append(place.joined(separator: ".")) }
      }
      for key in ["error", "errors", "message", "msg", "detail", "metadata", "raw"] {
        if let member = members[key] { collect(member, into: &found, depth: depth + 1) }
      }
    default: break
    }
  }

  /// Whether it refuses a parameter, by its name or its value; a limit that is merely too high is none.
  func refuses(_ parameter: String) -> Bool {
    let text = message.lowercased()
    let names = text.split { !($0.isASCII && $0.isLetter) && $0 != "_" }.map(String.init)
    guard (parameters.isEmpty ? Set(names) : parameters).contains(parameter) else { return false }
    var words = [
      "unsupported", "not support", "n't support", "not accept", "unrecognized", "unknown",
      "not permitted", "not allowed", "deprecated", "extra_forbidden",
    ]
    // `max_tokens must be at most 4096` is about its value, and its value is the user's.
    if parameter == "temperature" { words += ["only the default", "strictly positive", "must be"] }
    let all = text + " " + codes.joined(separator: " ")
    return words.contains { all.contains($0) }
  }
}

/// The body of a request for a chat completion, and of its reply.
enum ChatCompletion {
  /// The body of a request, the same bytes each time.
  static func body(
    _ settings: EndpointSettings, _ dialect: EndpointDialect, messages: [ChatMessage],
    maximumTokens: Int
  ) throws -> [UInt8] {
    var members: [String: JSONValue] = [
      "model": .string(settings.model),
      "messages": .array(
        messages.map {
          .object(["role": .string($0.role.rawValue), "content": .string($0.content)])
        }),
      dialect.tokenParameter.rawValue: .integer(Int128(maximumTokens)),
    ]
    if let temperature = dialect.temperature { members["temperature"] = number(temperature) }
    members["reasoning_effort"] = settings.reasoningEffort.map { .string($0) }
    return Array(try CanonicalJSON.data(JSONValue.object(JSONObject(members))))
  }

  private static func number(_ value: Double) -> JSONValue {
    Int128(exactly: value).map { .integer($0) } ?? .number(value)
  }

  /// The reply in the first choice.
  static func reply(
    in body: [UInt8], quoting: (String) -> String
  ) throws(EndpointFailure) -> ChatReply {
    guard !body.isEmpty else { throw .emptyBody }
    guard let value = try? JSONReader.value(of: body[...], limits: .python) else {
      throw .notJSON(bytes: body.count)
    }
    guard let top = value.object else { throw .missing(field: "{}") }
    let choices = top["choices"]?.array
    let choice = choices?.first?.object
    let errors = [top["error"], choice?["error"]].map { EndpointReport($0 ?? .null).message }
    if let words = errors.first(where: { !$0.isEmpty }) { throw .reported(says: quoting(words)) }
    guard choices != nil else { throw .missing(field: "choices") }
    guard let choice else { throw .missing(field: "choices[0]") }
    guard let message = choice["message"]?.object else {
      throw .missing(field: "choices[0].message")
    }
    let ending = choice["finish_reason"]?.string
    let isCut = ["length", "max_tokens", "max_output_tokens"].contains(ending)
    let text = try self.text(of: message["content"] ?? .null)
    guard text.isEmpty else {
      var reply = ChatReply(text, isCut: isCut)
      reply.counted = counted(top["usage"]?.object)
      return reply
    }
    if let refusal = refusal(in: message) { throw .noText("a refusal: \(quoting(refusal))") }
    if ending == "content_filter" { throw .noText("stopped by the endpoint's content filter") }
    let hasReasoned = ["reasoning_content", "reasoning", "reasoning_details"].contains {
      ![nil, .null, .string(""), .array([])].contains(message[$0])
    }
    throw .noText(
      (hasReasoned ? "reasoning and no answer" : "")
        + (isCut
          ? (hasReasoned ? ", " : "") + "cut at the limit, which 'max_tokens' can raise" : ""))
  }

  /// Counts that no number of tokens can be are none.
  private static func counted(_ usage: JSONObject?) -> ChatReply.Counted? {
    guard let prompt = usage?["prompt_tokens"]?.int,
      let completion = usage?["completion_tokens"]?.int,
      prompt >= 0, completion >= 0
    else { return nil }
    return ChatReply.Counted(prompt: prompt, completion: completion)
  }

  /// The text of a content, which may come in parts; reasoning among them is no answer.
  private static func text(of content: JSONValue) throws(EndpointFailure) -> String {
    switch content {
    case .null: return ""
    case .string(let text): return text
    case .array(let parts):
      var texts: [String] = []
      for part in parts {
        let kind = part.object?["type"]?.string
        switch kind {
        case "text", "output_text":
          // Some give the text itself, some an object that holds it.
          let text = part.object?["text"]
          texts.append(text?.string ?? text?.object?["value"]?.string ?? "")
        case "thinking", "redacted_thinking", "reasoning", "summary_text", "refusal": break
        default: throw .missing(field: "choices[0].message.content[].type 'text'")
        }
      }
      return texts.joined()
    default: throw .missing(field: "choices[0].message.content")
    }
  }

  private static func refusal(in message: JSONObject) -> String? {
    if let text = message["refusal"]?.string, !text.isEmpty { return text }
    return message["content"]?.array?.lazy.compactMap { $0.object?["refusal"]?.string }.first
  }
}
