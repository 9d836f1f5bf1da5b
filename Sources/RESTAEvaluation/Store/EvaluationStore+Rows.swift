import Foundation
import GRDB
package import RESTADocuments

extension EvaluationStore {
  /// All answers with their verdicts, in the plan's order; those that are missing are left out.
  package func rows(judges: [String]) async throws -> [GenerationRow] {
    let answers = try await answers()
    let verdicts = try await verdicts()
    let defenses = try await defenses()
    let samples = try await samples()
    // Coherence tells no refusal: where it could not tell, the others' word counts, whatever the order.
    let deciding = judges.filter { !$0.hasPrefix("coherence") }
    let ordered = deciding + judges.filter { !deciding.contains($0) }
    return try await reading { database in
      var rows: [GenerationRow] = []
      let items = try Row.fetchCursor(database, sql: "SELECT * FROM item ORDER BY position")
      while let item = try items.next() {
        let key: String = item["key"]
        let place = PromptID(dataset: item["dataset"], sample: item["sample"])
        guard let answer = answers[key], let sample = samples[place],
          let defense = defenses.first(where: { $0.name == item["defense"] })
        else { continue }
        var row = GenerationRow(
          key: key, dataset: place.dataset, sample: sample, defense: defense.name,
          kind: defense.kind, settings: defense.settings, usesSeed: defense.usesSeed,
          seed: UInt64(item["seed"] as String) ?? 0, answer: nil)
        switch answer {
        case .answered(let answer): row.answer = answer
        case .failed(let reason): row.failure = reason
        }
        for judge in judges {
          let asked = VerdictKey(
            key: key, dataset: place.dataset, sample: place.sample, judge: judge)
          row.verdicts[judge] = verdicts[asked]
        }
        let findings = ordered.map { row.verdicts[$0]?.finding ?? .unscored }
        row.label = row.answer == nil ? .unscored : .combined(findings)
        rows.append(row)
      }
      return GenerationRow.sharing(rows)
    }
  }

  private func samples() async throws -> [PromptID: Sample] {
    try await reading { database in
      var found: [PromptID: Sample] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM sample")
      while let row = try rows.next() {
        found[PromptID(dataset: row["dataset"], sample: row["id"])] =
          try CanonicalJSON.value(Sample.self, from: row["json"])
      }
      return found
    }
  }

  package struct StoredDefense: Sendable, Hashable {
    package var name: String
    package var kind: String
    package var settings: JSONObject
    package var usesSeed: Bool
  }

  /// The defences, in the configuration's order.
  package func defenses() async throws -> [StoredDefense] {
    try await reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM defense ORDER BY position").map { row in
        StoredDefense(
          name: row["name"], kind: row["kind"],
          settings: try CanonicalJSON.value(JSONObject.self, from: row["settings"]),
          usesSeed: row["uses_seed"])
      }
    }
  }

  /// The datasets, in the configuration's order, with the samples that were asked.
  package func datasets() async throws -> [Dataset] {
    let samples = try await samples()
    return try await reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM dataset ORDER BY position").map { row in
        let name: String = row["name"]
        return Dataset(
          name: name, source: row["source"], sha256: row["sha256"],
          samples: samples.filter { $0.key.dataset == name }.map(\.value).sorted { $0.id < $1.id },
          rows: row["entries"], nulls: row["nulls"])
      }
    }
  }
}

/// A prompt of an evaluation: samples' ids are unique within a dataset only.
package struct PromptID: Sendable, Hashable {
  let dataset: String
  let sample: String
}

/// One generation with its verdicts, as the store holds it and the analysis reads it.
package struct GenerationRow: Sendable, Hashable, Codable {
  /// SHA-256 of everything that determines the answer, in hexadecimals.
  package var key: String
  package var dataset: String
  package var sample: Sample
  /// The defence's name in the configuration.
  package var defense: String
  package var kind: String
  package var settings: JSONObject
  package var usesSeed: Bool
  package var seed: UInt64
  package var answer: DefendedAnswer?
  package var failure: String?
  /// The verdicts, by judge id.
  package var verdicts: [String: Verdict] = [:]
  package var label = AnswerLabel.unscored
  /// The cluster of another sample with this goal or prompt, where this one has no behavior.
  package var shared: String?

  package var prompt: PromptID { PromptID(dataset: dataset, sample: sample.id) }

  /// The cluster of the statistics.
  ///
  /// A behavior is the same one in every dataset, so that the artifacts of several attacks on it are not taken
  /// as independent; without one its goal does the same, and a prompt without either stands for itself, however
  /// often it is in the data.
  package var cluster: String {
    sample.behavior.map { "behavior \($0)" } ?? shared ?? sample.goal.map { "goal \($0)" }
      ?? "prompt \(dataset) \(sample.id)"
  }

  /// The rows with one cluster for samples of one goal, and for those of one prompt, which have one answer: that of a
  /// behavior or goal, or the first's.
  fileprivate static func sharing(_ rows: [GenerationRow]) -> [GenerationRow] {
    let behaviors = Sample.behaviors(rows.map(\.sample))
    let rows = rows.map { row in
      var row = row
      if row.sample.behavior == nil {
        row.shared = row.sample.goal.flatMap { behaviors[$0] }.map { "behavior \($0)" }
      }
      return row
    }
    // Those with a goal first, so that the order of the data decides nothing.
    let ordered = rows.filter { $0.sample.goal != nil } + rows.filter { $0.sample.goal == nil }
    let clusters = Sample.clusters(ordered.map { ($0.sample, $0.cluster) })
    return rows.map { row in
      var row = row
      let known = clusters[Array(row.sample.prompt.utf8)]
      if known != row.cluster, row.sample.behavior == nil { row.shared = known }
      return row
    }
  }
}
