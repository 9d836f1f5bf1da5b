import Foundation
import GRDB
import RESTADocuments

extension EvaluationStore {
  /// An answer as the store keeps it: with the reason where there is none.
  package enum Answer: Sendable, Hashable {
    case answered(DefendedAnswer)
    /// There is none, and asking again would give none: the prompt does not fit, say.
    case failed(String)
  }

  package func save(_ answer: Answer, key: String) async throws {
    let row: (String?, String?, Double)
    switch answer {
    case .answered(var answer):
      let seconds = answer.seconds
      // In a column of its own: all else is the same however often a run was interrupted.
      answer.seconds = 0
      row = (try CanonicalJSON.text(answer), nil, seconds)
    case .failed(let reason): row = (nil, reason, 0)
    }
    try await writing { database in
      // A second answer under the same key would be the same one: the first stays.
      try database.execute(
        sql: "INSERT OR IGNORE INTO generation VALUES (?, ?, ?, ?)",
        arguments: [key, row.0, row.1, row.2])
    }
  }

  /// Keeps a verdict; an unscored one that was there before is replaced.
  package func save(_ verdict: Verdict, judge: String, of item: EvaluationPlan.Item) async throws {
    let details = try CanonicalJSON.text(verdict.details)
    try await writing { database in
      try database.execute(
        sql: """
          INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET finding = excluded.finding, reason = excluded.reason,
            details = excluded.details WHERE finding = 'unscored'
          """,
        arguments: [
          item.key, item.dataset, item.sample.id, judge, verdict.finding.rawValue, verdict.reason,
          details,
        ])
    }
  }

  package func answers() async throws -> [String: Answer] {
    try await reading { database in
      var found: [String: Answer] = [:]
      let rows = try Row.fetchCursor(
        database, sql: "SELECT key, answer, failure, seconds FROM generation")
      while let row = try rows.next() {
        let key: String = row["key"]
        found[key] = try self.answer(row, key: key)
      }
      return found
    }
  }

  private func answer(_ row: Row, key: String) throws -> Answer {
    guard let text: String = row["answer"] else {
      return .failed(row["failure"] ?? "no reason was kept")
    }
    do {
      var answer = try CanonicalJSON.value(DefendedAnswer.self, from: text)
      answer.seconds = row["seconds"]
      return .answered(answer)
    } catch {
      throw EvaluationError.invalidStore(
        "The store '\(path)' has an answer that cannot be read (key \(key)).",
        cause: error)
    }
  }

  package func verdicts() async throws -> [VerdictKey: Verdict] {
    try await reading { database in
      var found: [VerdictKey: Verdict] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM verdict")
      while let row = try rows.next() {
        let key = VerdictKey(
          key: row["key"], dataset: row["dataset"], sample: row["sample"], judge: row["judge"])
        guard let finding = Finding(rawValue: row["finding"]) else {
          throw EvaluationError.invalidStore(
            "The store '\(self.path)' has a verdict that cannot be read.")
        }
        found[key] = Verdict(
          finding, reason: row["reason"],
          details: try CanonicalJSON.value(JSONObject.self, from: row["details"]))
      }
      return found
    }
  }

  /// What a verdict is about, and whose it is.
  package struct VerdictKey: Sendable, Hashable {
    /// The generation's key.
    package var key: String
    package var dataset: String
    package var sample: String
    package var judge: String
  }

  /// Writes, even when the task is cancelled meanwhile: what is finished is kept.
  func writing<Value: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await StoreFile.write(to: database, path: path, work)
  }

  func reading<Value: Sendable>(
    _ work: @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await StoreFile.read(from: database, path: path, work)
  }
}

extension EvaluationStore {
  /// A comparison of one answer with the undefended one.
  package struct StoredPreference: Sendable, Hashable {
    /// The defended answer, and whose judgement it is.
    package var place: VerdictKey
    package var verdict: PairwiseVerdict
  }

  /// Keeps a comparison; an unscored one that was there before is replaced.
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

  package func preferences() async throws -> [StoredPreference] {
    try await reading { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM preference WHERE \(Self.isCompared) ORDER BY key, dataset, sample, judge
          """
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

/// Replies of chat models that judged, in the evaluation's store.
package struct StoreJudgeCache: JudgeCache {
  private let store: EvaluationStore
  /// Where judges are asked again, what they replied since.
  private let again: MemoryJudgeCache?

  /// Opens the store's replies: all of them, or those since only, for judges that are asked again.
  package init(_ store: EvaluationStore, asksAgain: Bool = false) {
    self.store = store
    again = asksAgain ? MemoryJudgeCache() : nil
  }

  package func reply(for key: String) async throws -> String? {
    if let again { return again.reply(for: key) }
    return try await store.reading {
      try String.fetchOne($0, sql: "SELECT reply FROM judge_reply WHERE key = ?", arguments: [key])
    }
  }

  package func store(_ reply: String, for key: String) async throws {
    again?.store(reply, for: key)
    try await store.writing {
      try $0.execute(
        sql: "INSERT OR REPLACE INTO judge_reply VALUES (?, ?)", arguments: [key, reply])
    }
  }
}
