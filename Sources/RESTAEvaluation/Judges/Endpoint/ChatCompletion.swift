import Foundation
import RESTA

/// The body of a request for a chat completion, and of its reply.
enum ChatCompletion {
  private struct Question: Encodable {
    var model: String
    var messages: [ChatMessage]
    var temperature: Int
    var maximumTokens: Int

    enum CodingKeys: String, CodingKey {
      case model, messages, temperature
      case maximumTokens = "max_tokens"
    }
  }

  private struct Reply: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable {
        var content: String?
      }
      var message: Message
    }
    var choices: [Choice]
  }

  /// The body of a request, the same bytes each time.
  static func body(
    model: String, messages: [ChatMessage], maximumTokens: Int
  ) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(
        Question(model: model, messages: messages, temperature: 0, maximumTokens: maximumTokens)))
  }

  /// The text of the first choice.
  ///
  /// - Parameter body: The body of a reply with status 200.
  /// - Returns: The text, not empty.
  /// - Throws: What the body is instead.
  static func text(in body: [UInt8]) throws(EndpointFailure) -> String {
    guard !body.isEmpty else { throw .emptyBody }
    let reply: Reply
    do {
      reply = try JSONDecoder().decode(Reply.self, from: Data(body))
    } catch DecodingError.keyNotFound(let key, let context) {
      throw .missing(field: path(context.codingPath + [key]))
    } catch DecodingError.typeMismatch(_, let context) {
      throw .missing(field: path(context.codingPath))
    } catch DecodingError.valueNotFound(_, let context) {
      throw .missing(field: path(context.codingPath))
    } catch {
      throw .notJSON(bytes: body.count)
    }
    guard let choice = reply.choices.first else { throw .missing(field: "choices[0]") }
    guard let text = choice.message.content, !text.isEmpty else { throw .noText }
    return text
  }

  /// A field's name; only names that are decoded above can be in it.
  private static func path(_ keys: [any CodingKey]) -> String {
    let path = keys.reduce("") { path, key in
      path + (key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + key.stringValue)
    }
    return path.isEmpty ? "{}" : path
  }
}
