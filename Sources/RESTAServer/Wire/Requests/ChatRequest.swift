import RESTA

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
  /// - Parameters:
  ///   - body: The request's body.
  ///   - defaults: The operator's defaults and limits.
  /// - Throws: ``APIError`` with status 400 for a body that is no JSON object, and for a field that is
  ///   missing, of another type, out of range or not supported.
  /// - Complexity: O(bytes).
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
