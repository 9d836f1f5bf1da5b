import GRDB

extension EvaluationStore {
  /// Notes that a process starts to work on the store.
  ///
  /// - Parameters:
  ///   - host: The machine, in words.
  ///   - time: Now, in seconds since 1970.
  /// - Returns: The session's number, for ``endSession(_:outcome:time:)``.
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  package func startSession(host: String, time: Double) async throws -> Int64 {
    try await database.write { database in
      // One that never ended was killed.
      try database.execute(sql: "UPDATE session SET outcome = 'killed' WHERE ended IS NULL")
      try database.execute(
        sql: "INSERT INTO session (started, outcome, host) VALUES (?, 'running', ?)",
        arguments: [time, host])
      return database.lastInsertedRowID
    }
  }

  /// Notes that it stopped.
  ///
  /// - Parameters:
  ///   - session: The session's number.
  ///   - outcome: How: `finished`, `interrupted` or `failed`.
  ///   - time: Now, in seconds since 1970.
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  package func endSession(_ session: Int64, outcome: String, time: Double) async throws {
    try await writing { database in
      try database.execute(
        sql: "UPDATE session SET ended = ?, outcome = ? WHERE id = ?",
        arguments: [time, outcome, session])
    }
  }
}
