import RESTADocuments
import RESTAEvaluation

/// Everything that a report shows, as numbers: the page, the figures and the tables are drawn from it,
/// and its coded form is `report.json`.
public struct Report: Sendable, Hashable, Codable {
  var title: String
  /// The command that makes this report again.
  var command: String
  /// What ran: model and its hash, adapters, template hash, engine, machine, dates, as label and
  /// value, in the order to print.
  var record: [RecordEntry] = []
  var configuration = ""
  var datasets: [DatasetSummary] = []
  var defenses: [DefenseSummary] = []
  var judges: [JudgeSummary] = []
  /// The main tables: for each defence and each group of prompts what came out, and its cost.
  var groups: [GroupSummary] = []
  /// Safety against usefulness: one point for each defence.
  var tradeOff: [TradeOffPoint] = []
  /// Each defence against the baseline, and against each placebo, on the same prompts.
  var comparisons: [PairedComparison] = []
  /// What varies with one setting while the others stay.
  var sweeps: [Sweep] = []
  var votes: [VoteSummary] = []
  /// What the vote makes of single copies, where both were run.
  var voteEffects: [VoteEffect] = []
  var instructionFollowing: [InstructionSummary] = []
  /// Whether answers are right, where that can be checked, and the same comparisons of that.
  var correctAnswers: [CorrectSummary] = []
  var correctComparisons: [PairedComparison] = []
  var agreement: [AgreementSummary] = []
  /// Pairwise judgements against the undefended answers (AlpacaEval), where there are any.
  var preferences: [PreferenceSummary] = []
  var examples: [Example] = []
  /// What a reader must know before believing a number.
  var warnings: [String] = []

  var heading: String { title.isEmpty ? "Evaluation" : title }
}

struct DatasetSummary: Sendable, Hashable, Codable {
  var name: String
  /// The file's name, or `built-in`.
  var source: String
  /// The SHA-256 of the bytes it was read from.
  var sha256: String
  var samples: Int
  /// Entries of the data.
  var rows: Int
  /// Entries without a prompt.
  var nulls: Int
  var roles: [String: Int]
}

struct DefenseSummary: Sendable, Hashable, Codable {
  var name: String
  var kind: String
  var settings: JSONObject
  var seeds: [UInt64]
}

struct JudgeSummary: Sendable, Hashable, Codable {
  var id: String
  /// How often it gave each finding.
  var findings: [String: Int]
  /// How often each phrase decided; empty for a judge that does not go by phrases.
  var phrases: [String: Int]
  /// Its measured agreement on labelled data, in a sentence with n; `nil` where none is known.
  var agreement: String?
}

extension DatasetSummary {
  init(of dataset: Dataset) {
    self.init(
      name: dataset.name, source: dataset.source, sha256: dataset.sha256,
      samples: dataset.samples.count, rows: dataset.rows, nulls: dataset.nulls,
      roles: Dictionary(dataset.samples.map { ($0.role.rawValue, 1) }, uniquingKeysWith: +))
  }
}
