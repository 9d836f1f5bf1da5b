import GRDB

extension EvaluationStore {
  /// A comparison of one answer with the undefended one.
  package struct StoredPreference: Sendable, Hashable {
    /// The defended answer, and whose judgement it is.
    package var place: VerdictKey
    /// What came out.
    package var verdict: PairwiseVerdict
  }

  /// Keeps a comparison; an unscored one that was there before is replaced.
  ///
  /// - Parameters:
  ///   - verdict: What came out.
  ///   - place: The defended answer, and whose judgement it is.
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  package func save(_ verdict: PairwiseVerdict, at place: VerdictKey) async throws {
    let text = try CanonicalJSON.text(verdict)
    try await writing { database in
      try database.execute(
        sql: """
          INSERT INTO preference VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET outcome = excluded.outcome, verdict = excluded.verdict
          WHERE outcome = 'unscored'
          """,
        arguments: [
          place.key, place.dataset, place.sample, place.judge, verdict.outcome.rawValue, text,
        ])
    }
  }

  /// The comparisons that are there.
  ///
  /// - Throws: ``EvaluationError`` with `invalidStore` for one that cannot be read.
  package func preferences() async throws -> [StoredPreference] {
    try await database.read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM preference ORDER BY key, dataset, sample, judge"
      )
      .map { row in
        StoredPreference(
          place: VerdictKey(
            key: row["key"], dataset: row["dataset"], sample: row["sample"],
            judge: row["judge"]),
          verdict: try CanonicalJSON.value(PairwiseVerdict.self, from: row["verdict"]))
      }
    }
  }
}
