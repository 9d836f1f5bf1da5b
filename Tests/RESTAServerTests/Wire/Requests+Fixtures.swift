import RESTA
import Testing

@testable import RESTAServer

extension ServerSettings {
  /// Defaults that no field of a test repeats by chance.
  static let tests: ServerSettings = {
    var settings = ServerSettings()
    (settings.answer.maxTokens, settings.answer.temperature) = (77, 0.25)
    (settings.limits.answerTokens, settings.limits.choices) = (500, 4)
    return settings
  }()
}

/// Reads bodies for tests.
enum Reading {
  /// The members of a valid chat, followed by others.
  static func chat(_ members: String = "") throws(APIError) -> ChatRequest {
    let rest = members.isEmpty ? "" : ", " + members
    return try ChatRequest(
      body: Array(#"{"messages": [{"role": "user", "content": "Hi"}]\#(rest)}"#.utf8),
      settings: .tests)
  }

  /// A chat of these messages.
  static func messages(
    _ messages: String, roles: Set<ChatMessage.Role> = ServerSettings.tests.client.roles
  ) throws(APIError) -> [ChatMessage] {
    var settings = ServerSettings.tests
    settings.client.roles = roles
    return try ChatRequest(body: Array(#"{"messages": \#(messages)}"#.utf8), settings: settings)
      .messages
  }

  /// A completion with these members.
  static func completion(_ members: String) throws(APIError) -> CompletionRequest {
    try CompletionRequest(body: Array("{\(members)}".utf8), settings: .tests)
  }

  /// What reading throws.
  static func error(_ read: () throws(APIError) -> some Any) -> APIError? {
    do { _ = try read() } catch { return error }
    return nil
  }
}
