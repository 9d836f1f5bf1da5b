import Foundation
import GRDB
import RESTADocuments

extension EvaluationStore {
  /// Takes over all that another store of the same evaluation holds.
  package func merge(_ path: String) async throws {
    let other = try EvaluationStore(path: path, mustExist: true)
    guard let record = try await other.record() else {
      throw EvaluationError.invalidStore("The store '\(path)' is empty: there is nothing to merge.")
    }
    let text = try CanonicalJSON.text(record)
    if let own = try await self.record() {
      guard own.identity == record.identity else {
        throw EvaluationError.invalidStore(
          "The stores '\(self.path)' and '\(path)' are of different evaluations: their "
            + "configuration, model, data or template date differ.")
      }
      guard own.judges == record.judges else {
        let (others, ours) = (Set(record.judges), Set(own.judges))
        throw EvaluationError.invalidStore(
          "The stores '\(self.path)' and '\(path)' were judged by different judges: "
            + ours.symmetricDifference(others).sorted().joined(separator: ", ")
            + ". Run the older one again, with the date of the other as --template-date where it is in a "
            + "judge's name: that judges it anew.")
      }
    }
    try other.close()
    try await StoreFile.naming(path, "merged into '\(self.path)'") {
      try await database.writeWithoutTransaction { try self.takeOver(path, record: text, in: $0) }
    }
  }

  private func takeOver(_ path: String, record: String, in database: Database) throws {
    try database.execute(sql: "ATTACH DATABASE ? AS other", arguments: [path])
    defer { try? database.execute(sql: "DETACH DATABASE other") }
    try database.inTransaction {
      for (table, key, compared) in Self.merged {
        let isOther = compared.map { column in
          "a.\(column) IS NOT b.\(column) AND a.\(column) IS NOT 'unscored' "
            + "AND b.\(column) IS NOT 'unscored'"
        }.joined(separator: " OR ")
        let differing =
          try Int.fetchOne(
            database,
            sql: """
              SELECT count(*) FROM main.\(table) AS a JOIN other.\(table) AS b USING (\(key))
              WHERE \(isOther)
              """) ?? 0
        guard differing == 0 else {
          throw EvaluationError.invalidStore(
            "The store '\(path)' holds \(differing) rows of '\(table)' that differ from those of "
              + "'\(self.path)': they are not parts of one run.")
        }
        if ["finding", "outcome"].contains(compared.first) {
          // What one part's judge could not tell, the other's may have told when it was asked again.
          try database.execute(
            sql: """
              DELETE FROM main.\(table) WHERE \(compared[0]) = 'unscored'
              AND (\(key)) IN (SELECT \(key) FROM other.\(table))
              """)
        }
        try database.execute(
          sql: "INSERT OR IGNORE INTO main.\(table) SELECT * FROM other.\(table)")
      }
      try database.execute(
        sql: "INSERT OR IGNORE INTO meta VALUES ('record', ?)", arguments: [record])
      try database.execute(
        sql: """
          INSERT INTO main.session (started, ended, outcome, host)
          SELECT started, ended, outcome, host FROM other.session
          WHERE (started, host) NOT IN (SELECT started, host FROM main.session)
          """)
      return .commit
    }
  }

  /// The tables that are joined: their key, and what must not differ under the same key.
  private static let merged: [(table: String, key: String, compared: [String])] = [
    ("dataset", "name", ["position", "sha256", "entries", "nulls"]),
    ("sample", "dataset, id", ["json"]),
    ("defense", "name", ["position", "kind", "settings"]),
    ("item", "position", ["key"]),
    ("generation", "key", ["answer", "failure"]),
    ("verdict", "key, dataset, sample, judge", ["finding"]),
    ("preference", "key, dataset, sample, judge", ["outcome"]),
    // Asked the same by two parts, a judge need not say the same; the first reply stays.
    ("judge_reply", "key", ["key"]),
  ]
}

extension EvaluationStore {
  /// How many answers there are, and what came of them.
  package struct Counts: Sendable, Hashable, Codable {
    /// Answers that the whole plan asks for.
    package var planned: Int
    /// Answers that this store's parts of the plan ask for.
    package var items: Int
    /// Different generations among them: items with the same prompt and defence share one.
    package var generations: Int
    /// Generations that are there.
    package var done: Int
    /// Generations without an answer.
    package var failed: Int
    /// Verdicts that are there.
    package var verdicts: Int
    /// Verdicts that say nothing.
    package var unscored: Int
    /// How often a process worked on the store.
    package var sessions: Int
  }

  package func counts() async throws -> Counts {
    let planned = try await record()?.total ?? 0
    return try await reading { database in
      func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
      return Counts(
        planned: planned, items: try count("SELECT count(*) FROM item"),
        generations: try count("SELECT count(DISTINCT key) FROM item"),
        done: try count("SELECT count(*) FROM generation"),
        failed: try count("SELECT count(*) FROM generation WHERE failure IS NOT NULL"),
        verdicts: try count("SELECT count(*) FROM verdict WHERE \(Self.isCurrent)"),
        unscored: try count(
          "SELECT count(*) FROM verdict WHERE finding = 'unscored' AND \(Self.isCurrent)"),
        sessions: try count("SELECT count(*) FROM session"))
    }
  }

  /// SHA-256 over every row of every table that the evaluation determines: two stores with the same
  /// digest hold the same plan, answers, votes and verdicts.
  ///
  /// Times, sessions, cached replies and what is known about the machine are left out.
  package func digest() async throws -> String {
    try await reading { database in
      var hasher = SHA256()
      if let record = try Self.record(database, path: self.path) {
        hasher.update(try CanonicalJSON.data(record.identity))
      }
      for sql in Self.determined { try StoreFile.add(sql, of: database, to: &hasher) }
      return Digest.hexadecimal(hasher.finalized())
    }
  }

  /// Verdicts of judges that were replaced stay, for who goes back to them, and count no more.
  private static let isCurrent = isAmong("judges")

  /// Comparisons alike; where the record does not name their judges, all count.
  static let isCompared =
    "((SELECT json_type(value, '$.pairwiseJudges') FROM meta WHERE name = 'record') IS NULL "
    + "OR \(isAmong("pairwiseJudges")))"

  private static func isAmong(_ list: String) -> String {
    "judge IN (SELECT j.value FROM meta, json_each(meta.value, '$.\(list)') AS j "
      + "WHERE name = 'record')"
  }

  private static let determined = [
    "SELECT * FROM dataset ORDER BY name",
    "SELECT * FROM sample ORDER BY dataset, id",
    "SELECT * FROM defense ORDER BY name",
    "SELECT * FROM item ORDER BY position",
    "SELECT key, answer, failure FROM generation ORDER BY key",
    "SELECT * FROM verdict WHERE \(isCurrent) ORDER BY key, dataset, sample, judge",
    "SELECT * FROM preference WHERE \(isCompared) ORDER BY key, dataset, sample, judge",
  ]
}
