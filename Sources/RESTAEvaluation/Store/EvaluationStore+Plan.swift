import Foundation
import GRDB
import RESTADocuments

extension EvaluationStore {
  /// What the store knows about its evaluation; `nil` for a new store.
  package func record() async throws -> StoreRecord? {
    try await reading { try Self.record($0, path: self.path) }
  }

  static func record(_ database: Database, path: String) throws -> StoreRecord? {
    guard
      let text = try String.fetchOne(
        database, sql: "SELECT value FROM meta WHERE name = 'record'")
    else { return nil }
    do {
      return try CanonicalJSON.value(StoreRecord.self, from: text)
    } catch {
      throw EvaluationError.invalidStore(
        "The store '\(path)' has a record that cannot be read.", cause: error)
    }
  }

  /// Writes down what is going to be done; a store that was begun before goes on.
  ///
  /// A record without judges says nothing of them. Who judges may have changed since, a rubric's text or a date that a judge's template prints: every answer
  /// is judged anew then, and the store is one of the new judges.
  package func begin(_ plan: EvaluationPlan, record: StoreRecord) async throws {
    let recordText = try CanonicalJSON.text(record)
    let samples = try plan.datasets.flatMap { dataset in
      try dataset.samples.map { (dataset.name, $0.id, try CanonicalJSON.text($0)) }
    }
    let defenses = try plan.defenses.map { ($0, try CanonicalJSON.text($0.defense.settings)) }
    try await writing { database in
      if let old = try Self.record(database, path: self.path) {
        try self.check(old, against: record)
        var renewed = old
        renewed.pairwiseJudges = record.pairwiseJudges ?? old.pairwiseJudges
        if old.judges != record.judges, !record.judges.isEmpty {
          // A part's run judges its own answers alone.
          let held = try Int.fetchSet(database, sql: "SELECT position FROM item")
          guard held.isSubset(of: plan.items.map(\.position)) else {
            throw EvaluationError.invalidStore(
              "The store '\(self.path)' was judged by others (\(old.judges.joined(separator: ", "))), and "
                + "this run does not take in all that it holds: run the whole evaluation, so that all is judged anew."
            )
          }
          renewed.judges = record.judges
        }
        if renewed != old {
          try database.execute(
            sql: "UPDATE meta SET value = ? WHERE name = 'record'",
            arguments: [try CanonicalJSON.text(renewed)])
        }
      } else {
        try database.execute(
          sql: "INSERT INTO meta VALUES ('record', ?)", arguments: [recordText])
      }
      for (position, dataset) in plan.datasets.enumerated() {
        try self.insert(dataset, at: position, into: database)
      }
      for (dataset, id, json) in samples {
        try database.execute(
          sql: "INSERT OR IGNORE INTO sample VALUES (?, ?, ?)", arguments: [dataset, id, json])
      }
      for (position, (entry, settings)) in defenses.enumerated() {
        try database.execute(
          sql: "INSERT OR IGNORE INTO defense VALUES (?, ?, ?, ?, ?)",
          arguments: [entry.name, position, entry.defense.kind, settings, entry.defense.usesSeed])
      }
      for item in plan.items { try self.insert(item, into: database) }
    }
  }

  private func check(_ old: StoreRecord, against new: StoreRecord) throws {
    guard old.identity != new.identity else { return }
    var dated = new.subject
    dated.templateDate = old.subject.templateDate
    if let date = dated.templateDate, new.subject != old.subject, dated == old.subject {
      throw EvaluationError.invalidStore(
        "The store '\(path)' was begun with \(date) as the date that the chat template prints. Go "
          + "on with --template-date \(date), or name another folder with --output.")
    }
    var changed: [String] = []
    if old.identity.meant != new.identity.meant {
      let isImport = new.configuration.hasPrefix(StoreRecord.importHead)
      changed.append(isImport ? "the answers or the configuration" : "the configuration")
    }
    if old.subject != new.subject { changed.append("the model, its adapters or its engine") }
    if changed.isEmpty { changed.append("the data, or of --limit") }
    throw EvaluationError.invalidStore(
      "The store '\(path)' was begun with another state of \(changed.joined(separator: " and ")). "
        + "Name another folder with --output, or remove this one.")
  }

  private func insert(_ dataset: Dataset, at position: Int, into database: Database) throws {
    let old = try String.fetchOne(
      database, sql: "SELECT sha256 FROM dataset WHERE name = ?", arguments: [dataset.name])
    guard old == nil || old == dataset.sha256 else {
      throw EvaluationError.invalidStore(
        "The store '\(path)' was begun with other data for '\(dataset.name)' (SHA-256 "
          + "\(old ?? "")). Name another folder with --output, or remove this one.")
    }
    try database.execute(
      sql: "INSERT OR IGNORE INTO dataset VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [
        dataset.name, position, dataset.source, dataset.sha256, dataset.rows, dataset.nulls,
      ])
  }

  private func insert(_ item: EvaluationPlan.Item, into database: Database) throws {
    let old = try String.fetchOne(
      database, sql: "SELECT key FROM item WHERE position = ?", arguments: [item.position])
    guard old == nil || old == item.key else {
      throw EvaluationError.invalidStore(
        "The store '\(path)' was begun with another plan. Name another folder with --output, or "
          + "remove this one.")
    }
    guard old == nil else { return }
    try database.execute(
      sql: "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        item.position, item.dataset, item.sample.id, item.defense, String(item.seed),
        String(item.effectiveSeed), item.key,
      ])
  }
}

/// What a store knows about the evaluation as a whole.
package struct StoreRecord: Sendable, Hashable, Codable {
  package var name: String
  package var about: String?
  package var configuration: String
  /// The model: what determines answers.
  package var subject: SubjectRecord
  /// The defence that others are compared with.
  package var baseline: String
  /// The judges' ids, in order: the first that tells refused from complied decides.
  package var judges: [String] = []
  /// The first of them that tells refused from complied, which coherence does not wherever it stands.
  package var decidingJudge: String? { judges.first { !$0.hasPrefix("coherence") } }
  /// The ids of those that compare answers; `nil` in stores that were begun before these were kept.
  package var pairwiseJudges: [String]?
  /// How many answers the whole plan asks for.
  package var total: Int
  /// What ran, in words: files, versions, machine, as label and value.
  package var environment: [RecordEntry]
  /// The comparison that the evaluation is made for, where its configuration names one.
  package var endpoint: PrimaryEndpoint?

  /// What must be the same for two stores to be of one evaluation, comments aside.
  struct Identity: Codable, Equatable {
    let configuration: String
    let subject: SubjectRecord
    let total: Int

    var meant: [UInt8] {
      StoreRecord.madeHeads.contains(where: configuration.hasPrefix)
        ? Array(configuration.utf8) : YAMLNode.withoutComments(configuration)
    }

    static func == (one: Self, other: Self) -> Bool {
      one.subject == other.subject && one.total == other.total && one.meant == other.meant
    }
  }

  /// How a configuration begins that `resta sweep` made of another one.
  package static let sweepHead = "# resta sweep:"
  /// How that of imported answers begins.
  package static let importHead = "# Answers imported from"
  /// What commands add to a configuration stands in comments of it, which count.
  private static let madeHeads = [sweepHead, importHead]

  var identity: Identity { Identity(configuration: configuration, subject: subject, total: total) }
}

/// A label and a value of what is known about a run, for a report.
package struct RecordEntry: Sendable, Hashable, Codable {
  package var label: String
  package var value: String

  package init(label: String, value: String) {
    self.label = label
    self.value = value
  }
}
