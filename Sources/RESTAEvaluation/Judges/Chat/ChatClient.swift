public import RESTA
import RESTADocuments
import Synchronization

/// A chat model that a judge asks.
///
/// Implementations: ``LocalChatClient`` (a model in this process) and `EndpointChatClient` (an
/// OpenAI-compatible server); `CachedChatClient` in front of either saves asking twice.
public protocol ChatClient: Sendable {
  /// The model's name. It is a part of the judge's id, so two models need two names.
  var id: String { get }

  /// Asks the model, as deterministically as it can: temperature 0, unless it is told otherwise.
  ///
  /// - Parameters:
  ///   - messages: The conversation, at least one message.
  ///   - maximumTokens: The most tokens of the reply, at least 1.
  /// - Returns: The reply, as it came.
  /// - Throws: ``EvaluationError`` with `judgeFailed`, `RESTA.RESTAError`, or `CancellationError`.
  ///   No description holds a message, a reply or a key.
  func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> ChatReply
}

/// A model in this process as a judge: greedy and undefended.
public struct LocalChatClient: ChatClient {
  /// The model's name.
  public let id: String

  private let model: any LanguageModel
  private let template: ChatTemplate?

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  ///   - id: Default: the name in the model's file. Files of one name (two quantizations) need ids of
  ///     their own.
  public init(model: any LanguageModel, template: ChatTemplate? = nil, id: String? = nil) {
    self.model = model
    self.template = template
    self.id = id ?? model.information.name
  }

  /// Asks the model; control tokens spelt in messages are read as text.
  ///
  /// - Throws: `RESTA.RESTAError`, with `contextExceeded` for a conversation that is too long, or
  ///   `CancellationError`.
  public func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> ChatReply {
    var defense = DefenseSettings.none
    // Unused, but a seed that is given is not drawn.
    defense.seed = 0
    let options = GenerationOptions(
      maximumTokens: maximumTokens, sampling: SamplingSettings(seed: 0))
    let result = try await Generation(
      model: model, messages: messages, template: template, defense: defense, options: options
    ).result()
    return ChatReply(
      result.text, isCut: [.maximumTokens, .contextFull].contains(result.stopReason))
  }
}

/// A chat model that is asked the same thing only once.
///
/// Only replies are kept, never failures. A cache that fails is a failure of the judge: otherwise a
/// full disk would silently cost every question again.
package struct CachedChatClient: ChatClient {
  package var id: String { client.id }

  private let client: any ChatClient
  private let cache: any JudgeCache

  package init(_ client: any ChatClient, cache: any JudgeCache) {
    self.client = client
    self.cache = cache
  }

  /// The reply that is kept, or the model's.
  ///
  /// Two tasks that ask the same thing at once may both reach the model.
  package func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> ChatReply {
    let key = Self.key(client: id, messages: messages, maximumTokens: maximumTokens)
    let kept = try await guarded("read") {
      try await cache.reply(for: key).map { try CanonicalJSON.value(ChatReply.self, from: $0) }
    }
    if let kept { return kept }
    let reply = try await client.complete(messages: messages, maximumTokens: maximumTokens)
    try await guarded("written") { try await cache.store(CanonicalJSON.text(reply), for: key) }
    return reply
  }

  /// What a reply depends on.
  package static func key(client: String, messages: [ChatMessage], maximumTokens: Int) -> String {
    Digest.sha256(
      ofTexts: ["judge-reply/2", client, String(maximumTokens)]
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

/// Remembers replies, so that judging again costs nothing.
package protocol JudgeCache: Sendable {
  func reply(for key: String) async throws -> String?

  /// Keeps a reply. One that is there already is replaced.
  func store(_ reply: String, for key: String) async throws
}

/// A cache that lives as long as the process.
package final class MemoryJudgeCache: JudgeCache {
  // Invariant: one reply for each key.
  private let replies = Mutex([String: String]())

  package init() {}

  package var count: Int { replies.withLock { $0.count } }

  package func reply(for key: String) -> String? { replies.withLock { $0[key] } }

  package func store(_ reply: String, for key: String) { replies.withLock { $0[key] = reply } }
}
