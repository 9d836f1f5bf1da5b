import RESTA
import Testing

@testable import RESTAServer

extension RequestDefaults {
  /// Defaults that no field of a test repeats by chance.
  static let tests = RequestDefaults(
    maximumTokens: 77, temperature: 0.25, answerLimit: 500, choiceLimit: 4,
    roles: [.system, .user, .assistant, .tool])
}

/// Reads bodies for tests.
enum Reading {
  /// The members of a valid chat, followed by others.
  static func chat(_ members: String = "") throws(APIError) -> ChatRequest {
    let rest = members.isEmpty ? "" : ", " + members
    return try ChatRequest(
      body: Array(#"{"messages": [{"role": "user", "content": "Hi"}]\#(rest)}"#.utf8),
      defaults: .tests)
  }

  /// A chat of these messages.
  static func messages(
    _ messages: String, roles: Set<ChatMessage.Role> = RequestDefaults.tests.roles
  ) throws(APIError) -> [ChatMessage] {
    var defaults = RequestDefaults.tests
    defaults.roles = roles
    return try ChatRequest(body: Array(#"{"messages": \#(messages)}"#.utf8), defaults: defaults)
      .messages
  }

  /// A completion with these members.
  static func completion(_ members: String) throws(APIError) -> CompletionRequest {
    try CompletionRequest(body: Array("{\(members)}".utf8), defaults: .tests)
  }

  /// What reading throws.
  static func error(_ read: () throws(APIError) -> some Any) -> APIError? {
    do { _ = try read() } catch { return error }
    return nil
  }
}
