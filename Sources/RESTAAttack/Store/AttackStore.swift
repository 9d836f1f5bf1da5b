import GRDB
import RESTADocuments
import RESTAEvaluation

/// The queries of a run: one SQLite file, a row a query.
///
/// The queries of an attack's step and what it goes on from are written in one transaction, so that a
/// process that is killed at any moment loses the step that it was in, and nothing else.
package final class AttackStore: Sendable {
  package let path: String
  let database: DatabasePool

  private static let tables = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE goal (id TEXT PRIMARY KEY, position INTEGER NOT NULL, json TEXT NOT NULL,
      label TEXT, reason TEXT, answer TEXT) WITHOUT ROWID;
    CREATE TABLE unit (attack TEXT NOT NULL, arm TEXT NOT NULL, goal TEXT NOT NULL, snapshot TEXT,
      ended TEXT, PRIMARY KEY (attack, arm, goal)) WITHOUT ROWID;
    CREATE TABLE query (attack TEXT NOT NULL, arm TEXT NOT NULL, goal TEXT NOT NULL,
      number INTEGER NOT NULL, request TEXT NOT NULL, answer TEXT, label TEXT, reason TEXT,
      score REAL, tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
      positions INTEGER NOT NULL, seconds REAL NOT NULL,
      PRIMARY KEY (attack, arm, goal, number)) WITHOUT ROWID;
    CREATE TABLE confirmation (attack TEXT NOT NULL, arm TEXT NOT NULL, goal TEXT NOT NULL,
      number INTEGER NOT NULL, draw INTEGER NOT NULL, label TEXT NOT NULL, reason TEXT NOT NULL,
      PRIMARY KEY (attack, arm, goal, number, draw)) WITHOUT ROWID;
    """

  /// Opens a store, and makes it where there is none.
  package init(path: String, mustExist: Bool = false) throws {
    self.path = path
    database = try StoreFile(
      path: path, holds: "an attack", made: "resta attack run", version: "attack-1",
      tables: Self.tables
    ).open(mustExist: mustExist)
  }

  package func close() throws { try StoreFile.close(database, path: path) }

  func writing(_ work: @escaping @Sendable (Database) throws -> Void) async throws {
    try await StoreFile.write(to: database, path: path, work)
  }

  func reading<Value: Sendable>(
    _ work: @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await StoreFile.read(from: database, path: path, work)
  }

  // MARK: - The run

  package func record() async throws -> AttackRecord? {
    try await reading { try self.record($0) }
  }

  private func record(_ database: Database) throws -> AttackRecord? {
    try String.fetchOne(database, sql: "SELECT value FROM meta WHERE name = 'record'")
      .map { try decode(AttackRecord.self, $0) }
  }

  func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    do {
      return try CanonicalJSON.value(type, from: text)
    } catch {
      throw EvaluationError.invalidStore(
        "The store '\(path)' holds something that cannot be read.", cause: error)
    }
  }

  /// Writes down what is going to be done; a store that was begun before goes on.
  package func begin(_ plan: AttackPlan) async throws {
    let text = try CanonicalJSON.text(plan.record)
    // As it would be read again: 0.0 is written as 0.
    let record = try decode(AttackRecord.self, text)
    let goals = try plan.goals.goals.map { ($0.id, try CanonicalJSON.text($0)) }
    try await writing { database in
      // One in which nothing was answered, because the endpoint has another model, say, is a new one.
      let unscored = AnswerLabel.unscored.rawValue
      let answered = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM goal WHERE label <> ?", arguments: [unscored])
      if answered == 0 {
        try database.execute(sql: "DELETE FROM meta WHERE name = 'record'; DELETE FROM goal")
      }
      if let old = try self.record(database) {
        let changed = record.differences(from: old)
        guard changed.isEmpty else {
          throw EvaluationError.invalidStore(
            "The store '\(self.path)' was begun with another state of "
              + "\(changed.joined(separator: " and ")). Name another file with --store, or remove "
              + "this one.")
        }
        return
      }
      try database.execute(sql: "INSERT INTO meta VALUES ('record', ?)", arguments: [text])
      for (position, (id, json)) in goals.enumerated() {
        try database.execute(
          sql: "INSERT INTO goal (id, position, json) VALUES (?, ?, ?)",
          arguments: [id, position, json])
      }
    }
  }

  // MARK: - Direct requests

  /// A goal and what the undefended model says to it.
  package struct Screened: Sendable, Hashable {
    package var goal: AttackGoal
    /// `nil` where it was not asked yet.
    package var finding: AttackJudge.Finding?
    package var answer: String?

    package var isRefused: Bool { finding?.label == .refused }
  }

  package func screened() async throws -> [Screened] {
    try await reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM goal ORDER BY position").map { row in
        Screened(
          goal: try self.decode(AttackGoal.self, row["json"]),
          finding: try self.finding(row), answer: row["answer"])
      }
    }
  }

  /// Keeps what a plan's goal is answered as it is; another run may have begun here before the first answer.
  func save(
    _ finding: AttackJudge.Finding, answer: String?, direct goal: AttackGoal, of plan: AttackPlan
  ) async throws {
    // Compared as `begin` does: the goals' file may have another name now.
    let own = try decode(AttackRecord.self, CanonicalJSON.text(plan.record))
    try await writing { database in
      guard let kept = try self.record(database), own.differences(from: kept).isEmpty else {
        throw EvaluationError.invalidStore(
          "Another run has begun in '\(self.path)': name another file with --store.")
      }
      try database.execute(
        sql: "UPDATE goal SET label = ?, reason = ?, answer = ? WHERE id = ? AND label IS NULL",
        arguments: [finding.label.rawValue, finding.reason, answer, goal.id])
    }
  }

  func finding(_ row: Row) throws -> AttackJudge.Finding? {
    guard let text: String = row["label"] else { return nil }
    guard let label = AnswerLabel(rawValue: text) else {
      throw EvaluationError.invalidStore("The store '\(path)' has a finding that cannot be read.")
    }
    return AttackJudge.Finding(label, reason: row["reason"] ?? "")
  }

  // MARK: - What does not depend on when it was done

  /// SHA-256 over all but times: the same however often a run was cut off.
  package func digest() async throws -> String {
    try await reading { database in
      var hash = SHA256()
      for sql in [
        "SELECT value FROM meta WHERE name = 'record'", "SELECT * FROM goal ORDER BY id",
        "SELECT * FROM unit ORDER BY attack, arm, goal",
        """
        SELECT attack, arm, goal, number, request, answer, label, reason, score, tokens, total_tokens
        FROM query ORDER BY attack, arm, goal, number
        """,
        "SELECT * FROM confirmation ORDER BY attack, arm, goal, number, draw",
      ] { try StoreFile.add(sql, of: database, to: &hash) }
      return Digest.hexadecimal(hash.finalized())
    }
  }
}
