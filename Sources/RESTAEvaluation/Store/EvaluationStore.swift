import Foundation
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
    if mustExist, !FileManager.default.fileExists(atPath: path) {
      throw EvaluationError(
        .fileFailed, "There is no store '\(path)'. 'resta eval run' makes one.")
    }
    var configuration = Configuration()
    // A second process that writes for a moment, such as a merge, is waited for.
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // In WAL mode this survives a killed process; only a power cut can lose the last answers.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      database = try DatabasePool(path: path, configuration: configuration)
      try StoreSchema.prepare(database, path: path)
    } catch let error as EvaluationError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw EvaluationError(
        .invalidStore, "'\(path)' is no store of an evaluation: it is no SQLite file.", cause: error
      )
    } catch {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be opened: \(Self.text(of: error))",
        cause: error)
    }
  }

  /// Closes the file and folds its write-ahead log into it.
  ///
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  public func close() throws {
    do {
      try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try database.close()
    } catch {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be closed: \(Self.text(of: error))",
        cause: error)
    }
  }

  /// What SQLite says, without statements or their arguments.
  static func text(of error: any Error) -> String {
    (error as? DatabaseError)?.message ?? error.localizedDescription
  }
}

/// The tables of a store.
enum StoreSchema {
  /// Changes with the tables.
  static let version = "1"

  private static let tables = """
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

  /// Makes the tables in a new file, and checks those of an old one.
  static func prepare(_ database: DatabasePool, path: String) throws {
    try database.write { database in
      if try !database.tableExists("meta") {
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
          throw EvaluationError(
            .invalidStore, "'\(path)' is an SQLite file, but no store of an evaluation.")
        }
        try database.execute(sql: tables)
        try database.execute(
          sql: "INSERT INTO meta VALUES ('version', ?)", arguments: [version])
      }
      let found = try String.fetchOne(
        database, sql: "SELECT value FROM meta WHERE name = 'version'")
      guard found == version else {
        throw EvaluationError(
          .invalidStore,
          "The store '\(path)' has version \(found ?? "none"); this is a resta for version "
            + "\(version).")
      }
    }
  }
}

extension EvaluationStore {
  /// Notes that a process starts to work on the store.
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
  package func endSession(_ session: Int64, outcome: String, time: Double) async throws {
    try await writing { database in
      try database.execute(
        sql: "UPDATE session SET ended = ?, outcome = ? WHERE id = ?",
        arguments: [time, outcome, session])
    }
  }
}
