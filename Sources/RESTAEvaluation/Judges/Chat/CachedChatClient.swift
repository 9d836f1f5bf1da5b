import RESTADocuments
package import RESTA

/// A chat model that is asked the same thing only once.
///
/// Only replies are kept, never failures. A cache that fails is a failure of the judge: otherwise a
/// full disk would silently cost every question again.
package struct CachedChatClient: ChatClient {
  /// The model's name.
  package var id: String { client.id }

  private let client: any ChatClient
  private let cache: any JudgeCache

  /// Puts a cache in front of a chat model.
  ///
  /// - Parameters:
  ///   - client: The chat model.
  ///   - cache: The cache.
  package init(_ client: any ChatClient, cache: any JudgeCache) {
    self.client = client
    self.cache = cache
  }

  /// The reply that is kept, or the model's.
  ///
  /// Two tasks that ask the same thing at once may both reach the model.
  ///
  /// - Parameters:
  ///   - messages: The conversation.
  ///   - maximumTokens: The most tokens of the reply, at least 1.
  /// - Returns: The reply.
  /// - Throws: What the model throws; ``EvaluationError`` with `judgeFailed` when the cache fails.
  package func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> String {
    let key = Self.key(client: id, messages: messages, maximumTokens: maximumTokens)
    if let reply = try await guarded("read", { try await cache.reply(for: key) }) { return reply }
    let reply = try await client.complete(messages: messages, maximumTokens: maximumTokens)
    try await guarded("written", { try await cache.store(reply, for: key) })
    return reply
  }

  /// What a reply depends on.
  ///
  /// - Parameters:
  ///   - client: The model's name.
  ///   - messages: The conversation.
  ///   - maximumTokens: The most tokens of the reply.
  /// - Returns: SHA-256 in 64 hexadecimal digits.
  /// - Complexity: Linear in the messages.
  package static func key(client: String, messages: [ChatMessage], maximumTokens: Int) -> String {
    Digest.sha256(ofTexts: 
      ["judge-reply/1", client, String(maximumTokens)]
        + messages.flatMap { [$0.role.rawValue, $0.content] })
  }

  private func guarded<Value: Sendable>(
    _ verb: String, _ work: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await work()
    } catch let error as CancellationError {
      throw error
    } catch {
      throw EvaluationError(
        .judgeFailed, "The cache of the judge's replies could not be \(verb).", cause: error)
    }
  }
}
