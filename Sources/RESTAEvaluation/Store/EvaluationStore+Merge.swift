import GRDB

extension EvaluationStore {
  /// Takes over all that another store of the same evaluation holds.
  ///
  /// - Parameter path: The other store; it is only read.
  /// - Throws: ``EvaluationError`` with `invalidStore` when it is of another evaluation, or holds
  ///   another answer under the same key; nothing is taken over then.
  package func merge(_ path: String) async throws {
    let other = try EvaluationStore(path: path, mustExist: true)
    guard let record = try await other.record() else {
      throw EvaluationError(
        .invalidStore, "The store '\(path)' is empty: there is nothing to merge.")
    }
    let text = try CanonicalJSON.text(record)
    if let own = try await self.record(), own.identity != record.identity {
      throw EvaluationError(
        .invalidStore,
        "The stores '\(self.path)' and '\(path)' are of different evaluations: their "
          + "configuration, model or data differ.")
    }
    try other.close()
    try await database.writeWithoutTransaction { database in
      try database.execute(sql: "ATTACH DATABASE ? AS other", arguments: [path])
      defer { try? database.execute(sql: "DETACH DATABASE other") }
      try database.inTransaction {
        for (table, key, compared) in Self.merged {
          let differing =
            try Int.fetchOne(
              database,
              sql: """
                SELECT count(*) FROM main.\(table) AS a JOIN other.\(table) AS b USING (\(key))
                WHERE \(compared.map { "a.\($0) IS NOT b.\($0)" }.joined(separator: " OR "))
                """) ?? 0
          guard differing == 0 else {
            throw EvaluationError(
              .invalidStore,
              "The store '\(path)' holds \(differing) rows of '\(table)' that differ from those of "
                + "'\(self.path)': they are not parts of one run.")
          }
          try database.execute(
            sql: "INSERT OR IGNORE INTO main.\(table) SELECT * FROM other.\(table)")
        }
        try database.execute(
          sql: "INSERT OR IGNORE INTO meta VALUES ('record', ?)", arguments: [text])
        try database.execute(
          sql: """
            INSERT INTO main.session (started, ended, outcome, host)
            SELECT started, ended, outcome, host FROM other.session
            """)
        return .commit
      }
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
    ("judge_reply", "key", ["reply"]),
  ]
}
