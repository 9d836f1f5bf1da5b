import GRDB

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
