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

  /// Reads a request; throws ``APIError`` 400 for a body that is no JSON object, and for a field that is missing, of
  /// another type, out of range or not supported.
  init(body: [UInt8], settings: ServerSettings) throws(APIError) {
    let fields = try BodyFields.body(body)
    model = try fields["model"].string()
    answer = try AnswerRequest(
      fields, of: .chat, logProbabilities: try Self.logProbabilities(fields), settings: settings)
    do {
      let list = try MessageList(fields["messages"].value, roles: settings.client.roles)
      messages = list.messages
      for field in list.unknown {
        answer.unknown.add(field.key, in: field.message, known: MessageList.keys)
      }
    } catch {
      throw .invalid(
        "'\(error.path)' \(error.message).", param: error.path,
        code: error.isUnsupported ? RequestField.code : nil)
    }
  }

  private static func logProbabilities(_ fields: BodyFields) throws(APIError) -> Int? {
    let top = fields["top_logprobs"]
    let isWanted = try fields["logprobs"].bool() ?? false
    let count = try top.integer(in: 0...20)
    // Clients that write out every field send 0 for none.
    guard isWanted || count ?? 0 == 0 else { throw top.refused("needs 'logprobs': true") }
    return isWanted ? count ?? 0 : nil
  }
}
