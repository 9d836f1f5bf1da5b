import RESTA
import RESTAEvaluation
import Synchronization

/// A chat model whose replies are a function, and that remembers what it was asked.
final class ScriptedChatClient: ChatClient {
  let id: String
  private let reply: @Sendable ([ChatMessage]) async throws -> ChatReply
  // Invariant: in the order of the calls.
  private let seen = Mutex([[ChatMessage]]())

  init(id: String = "scripted", reply: @escaping @Sendable ([ChatMessage]) async throws -> String) {
    self.id = id
    self.reply = { ChatReply(try await reply($0)) }
  }

  /// One that says the same thing to everything.
  init(saying reply: ChatReply) {
    id = "scripted"
    self.reply = { _ in reply }
  }

  /// What it was asked, in order.
  var asked: [[ChatMessage]] { seen.withLock { $0 } }

  func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> ChatReply {
    seen.withLock { $0.append(messages) }
    return try await reply(messages)
  }
}
