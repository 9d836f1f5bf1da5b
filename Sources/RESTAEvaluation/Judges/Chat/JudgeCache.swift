import Synchronization

/// Remembers replies, so that judging again costs nothing.
package protocol JudgeCache: Sendable {
  /// Looks a reply up.
  ///
  /// - Parameter key: 64 hexadecimal digits; see ``CachedChatClient``.
  /// - Returns: The reply; `nil` when there is none.
  /// - Throws: When the cache cannot be read.
  func reply(for key: String) async throws -> String?

  /// Keeps a reply. One that is there already is replaced.
  ///
  /// - Parameters:
  ///   - reply: The reply.
  ///   - key: 64 hexadecimal digits.
  /// - Throws: When the cache cannot be written.
  func store(_ reply: String, for key: String) async throws
}

/// A cache that lives as long as the process.
package final class MemoryJudgeCache: JudgeCache {
  // Invariant: one reply for each key.
  private let replies = Mutex([String: String]())

  /// Makes an empty cache.
  package init() {}

  /// How many replies it holds.
  package var count: Int { replies.withLock { $0.count } }

  /// Looks a reply up.
  ///
  /// - Parameter key: The key.
  /// - Returns: The reply; `nil` when there is none.
  package func reply(for key: String) -> String? { replies.withLock { $0[key] } }

  /// Keeps a reply.
  ///
  /// - Parameters:
  ///   - reply: The reply.
  ///   - key: The key.
  package func store(_ reply: String, for key: String) { replies.withLock { $0[key] = reply } }
}
