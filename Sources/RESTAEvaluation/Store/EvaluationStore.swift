import GRDB

/// The results of an evaluation: one SQLite file.
///
/// An answer is written in one transaction as soon as it is there, so that a process that is killed
/// loses what it was generating and nothing else. Several processes may read while one writes.
///
/// Row by row the contents depend on the evaluation alone, not on how often it was interrupted or
/// how it was split; times are in columns of their own. See `digest()`.
public final class EvaluationStore: Sendable {
  /// The file.
  public let path: String
  let database: DatabasePool

  /// Opens a store, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mustExist: Whether a missing file is an error. Default: `false`.
  /// - Throws: ``EvaluationError`` with `fileFailed`, or `invalidStore` for a file that is no store
  ///   or one of another version.
  public init(path: String, mustExist: Bool = false) throws {
    self.path = path
    database = try StoreFile(
      path: path, holds: "an evaluation", made: "resta eval run", version: StoreSchema.version,
      tables: StoreSchema.tables
    ).open(mustExist: mustExist)
  }

  /// Closes the file and folds its write-ahead log into it.
  ///
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  public func close() throws { try StoreFile.close(database, path: path) }
}

enum StoreSchema {
  /// Changes with the tables.
  static let version = "1"

  static let tables = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE dataset (name TEXT PRIMARY KEY, position INTEGER NOT NULL, source TEXT NOT NULL,
      sha256 TEXT NOT NULL, entries INTEGER NOT NULL, nulls INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE sample (dataset TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (dataset, id)) WITHOUT ROWID;
    CREATE TABLE defense (name TEXT PRIMARY KEY, position INTEGER NOT NULL, kind TEXT NOT NULL,
      settings TEXT NOT NULL, uses_seed INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE item (position INTEGER PRIMARY KEY, dataset TEXT NOT NULL, sample TEXT NOT NULL,
      defense TEXT NOT NULL, seed TEXT NOT NULL, effective_seed TEXT NOT NULL, key TEXT NOT NULL);
    CREATE INDEX item_key ON item (key);
    CREATE TABLE generation (key TEXT PRIMARY KEY, answer TEXT, failure TEXT, seconds REAL NOT NULL)
      WITHOUT ROWID;
    CREATE TABLE verdict (key TEXT NOT NULL, dataset TEXT NOT NULL, sample TEXT NOT NULL,
      judge TEXT NOT NULL, finding TEXT NOT NULL, reason TEXT NOT NULL, details TEXT NOT NULL,
      PRIMARY KEY (key, dataset, sample, judge)) WITHOUT ROWID;
    CREATE TABLE judge_reply (key TEXT PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE preference (key TEXT NOT NULL, dataset TEXT NOT NULL, sample TEXT NOT NULL,
      judge TEXT NOT NULL, outcome TEXT NOT NULL, verdict TEXT NOT NULL,
      PRIMARY KEY (key, dataset, sample, judge)) WITHOUT ROWID;
    CREATE TABLE session (id INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL,
      outcome TEXT NOT NULL, host TEXT NOT NULL);
    """
}

extension EvaluationStore {
  /// Notes that a process starts to work on the store.
  package func startSession(host: String, time: Double) async throws -> Int64 {
    try await writing { database in
      // One that never ended was killed.
      try database.execute(sql: "UPDATE session SET outcome = 'killed' WHERE ended IS NULL")
      try database.execute(
        sql: "INSERT INTO session (started, outcome, host) VALUES (?, 'running', ?)",
        arguments: [time, host])
      return database.lastInsertedRowID
    }
  }

  package func endSession(_ session: Int64, outcome: String, time: Double) async throws {
    try await writing { database in
      try database.execute(
        sql: "UPDATE session SET ended = ?, outcome = ? WHERE id = ?",
        arguments: [time, outcome, session])
    }
  }
}
