import RESTA
import RESTADocuments

/// A request to `/v1/chat/completions`.
struct ChatRequest: Sendable {
  /// The model that is asked for; `nil` for the one that there is.
  var model: String?
  /// The conversation, at least one message.
  var messages: [ChatMessage]
  /// What is said about the answer.
  var answer: AnswerRequest

  /// Reads a request.
  ///
  /// - Throws: ``APIError`` with status 400 for a body that is no JSON object, and for a field that is
  ///   missing, of another type, out of range or not supported.
  init(body: [UInt8], defaults: RequestDefaults) throws(APIError) {
    let fields = try BodyFields.body(body)
    model = try fields["model"].string()
    answer = try AnswerRequest(
      fields, logProbabilities: try Self.logProbabilities(fields), defaults: defaults)
    messages = try Self.messages(fields["messages"], roles: defaults.roles)
  }

  private static func logProbabilities(_ fields: BodyFields) throws(APIError) -> Int? {
    let top = fields["top_logprobs"]
    let isWanted = try fields["logprobs"].bool() ?? false
    let count = try top.integer(in: 0...20)
    guard isWanted || count == nil else { throw top.refused("needs 'logprobs': true") }
    return isWanted ? count ?? 0 : nil
  }

  private static func messages(
    _ field: BodyField, roles: Set<ChatMessage.Role>
  ) throws(APIError) -> [ChatMessage] {
    let what = "an array of messages"
    guard let elements = try field.array(what) else { throw field.expected(what) }
    guard !elements.isEmpty else { throw field.refused("must hold at least one message") }
    return try elements.map { (element) throws(APIError) in
      try ChatMessage(element, roles: roles)
    }
  }
}

extension ChatMessage {
  /// Reads a message.
  ///
  /// - Throws: ``APIError`` for another shape, a role that is not allowed, and content that is not
  ///   text.
  init(_ field: BodyField, roles: Set<Role>) throws(APIError) {
    guard let fields = try field.object("a message object") else {
      throw field.expected("a message object")
    }
    for name in ["name", "tool_calls", "function_call", "refusal", "audio"] {
      // A name and a refusal would be lost, for few templates have a place for them.
      let empty: [JSONValue] = [.null, .string(""), .array([]), .object(JSONObject())]
      guard empty.contains(fields[name].value) else {
        throw fields[name].refused(
          "is not supported: leave it out, or write it into the content", code: RefusedField.code)
      }
    }
    self.init(
      role: try Self.role(fields["role"], allowed: roles),
      content: try Self.content(fields["content"]))
  }

  private static func role(_ field: BodyField, allowed: Set<Role>) throws(APIError) -> Role {
    let names = Role.allCases.filter { allowed.contains($0) }.map(\.rawValue)
    let list = "one of \(names.joined(separator: ", "))"
    guard let name = try field.string(list) else { throw field.expected(list) }
    // What OpenAI calls the system role since its reasoning models.
    guard let role = name == "developer" ? .system : Role(rawValue: name) else {
      throw field.refused("is not a role; it must be \(list)")
    }
    guard allowed.contains(role) else {
      throw field.refused(
        "is '\(name)', a role that this server does not allow; it must be \(list)")
    }
    return role
  }

  private static func content(_ field: BodyField) throws(APIError) -> String {
    let what = "a string or an array of text parts"
    if case .string(let text) = field.value { return text }
    guard let parts = try field.array(what) else { throw field.expected(what) }
    guard !parts.isEmpty else { throw field.refused("must hold at least one part") }
    return MessageParts.joined(
      try parts.map { (part) throws(APIError) in try text(of: part) })
  }

  private static func text(of part: BodyField) throws(APIError) -> String {
    guard let fields = try part.object("a part object") else {
      throw part.expected("a part object")
    }
    let type = fields["type"]
    guard let name = try type.string() else { throw type.expected("\"text\"") }
    guard name == "text" else {
      let isKnown = ["image_url", "input_audio", "file", "refusal"].contains(name)
      throw type.refused(
        "must be \"text\"" + (isKnown ? ": parts of type '\(name)' are not supported" : ""),
        code: RefusedField.code)
    }
    guard let text = try fields["text"].string() else { throw fields["text"].expected("a string") }
    return text
  }
}
