import GRDB

/// Replies of chat models that judged, in the evaluation's store.
package struct StoreJudgeCache: JudgeCache {
  private let store: EvaluationStore

  /// Opens the store's replies.
  ///
  /// - Parameter store: The store.
  package init(_ store: EvaluationStore) { self.store = store }

  /// Looks a reply up.
  ///
  /// - Parameter key: The key.
  /// - Returns: The reply; `nil` when there is none.
  /// - Throws: When the store cannot be read.
  package func reply(for key: String) async throws -> String? {
    try await store.database.read {
      try String.fetchOne($0, sql: "SELECT reply FROM judge_reply WHERE key = ?", arguments: [key])
    }
  }

  /// Keeps a reply.
  ///
  /// - Parameters:
  ///   - reply: The reply.
  ///   - key: The key.
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  package func store(_ reply: String, for key: String) async throws {
    try await store.writing {
      try $0.execute(
        sql: "INSERT OR REPLACE INTO judge_reply VALUES (?, ?)", arguments: [key, reply])
    }
  }
}
