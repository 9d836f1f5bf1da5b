package import RESTA

/// A chat model that a judge asks.
///
/// Implementations: ``LocalChatClient`` (a model in this process) and ``EndpointChatClient`` (an
/// OpenAI-compatible server); ``CachedChatClient`` in front of either saves asking twice.
package protocol ChatClient: Sendable {
  /// The model's name. It is a part of the judge's id, so two models need two names.
  var id: String { get }

  /// Asks the model, as deterministically as it can: temperature 0.
  ///
  /// - Parameters:
  ///   - messages: The conversation, at least one message.
  ///   - maximumTokens: The most tokens of the reply, at least 1.
  /// - Returns: The reply's text, as it came.
  /// - Throws: ``EvaluationError`` with `judgeFailed`, ``RESTA/RESTAError``, or `CancellationError`.
  ///   No description holds a message, a reply or a key.
  func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> String
}
