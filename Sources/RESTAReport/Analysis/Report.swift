package import RESTAEvaluation

/// Everything that a report shows, as numbers: the JSON form of a report, from which the page, the
/// figures and the tables are drawn.
package struct Report: Sendable, Hashable, Codable {
  /// The evaluation's name.
  package var title: String
  /// The command that makes this report again.
  package var command: String
  /// What ran: model and its hash, adapters, template hash, engine, machine, dates, as label and
  /// value, in the order to print.
  package var record: [RecordEntry]
  /// The configuration file's text.
  package var configuration: String
  /// What was asked.
  package var datasets: [DatasetSummary]
  /// How it was defended.
  package var defenses: [DefenseSummary]
  /// Who judged.
  package var judges: [JudgeSummary]
  /// The main tables: for each defence and each group of prompts what came out, and its cost.
  package var groups: [GroupSummary]
  /// Safety against usefulness: one point for each defence.
  package var tradeOff: [TradeOffPoint]
  /// Each defence against `none` on the same prompts.
  package var comparisons: [PairedComparison]
  /// What varies with one setting while the others stay.
  package var sweeps: [Sweep]
  /// How the votes went.
  package var votes: [VoteSummary]
  /// IFEval, where it was asked.
  package var instructionFollowing: [InstructionSummary]
  /// Agreement with the undefended answer.
  package var agreement: [AgreementSummary]
  /// Pairwise judgements against the undefended answers (AlpacaEval), where there are any.
  package var preferences: [PreferenceSummary]
  /// Single answers, for reading.
  package var examples: [Example]
  /// What a reader must know before believing a number.
  package var warnings: [String]

  /// Makes a report with nothing in it.
  ///
  /// - Parameters:
  ///   - title: The evaluation's name.
  ///   - command: The command that makes it again.
  package init(title: String, command: String) {
    self.title = title
    self.command = command
    record = []
    configuration = ""
    datasets = []
    defenses = []
    judges = []
    groups = []
    tradeOff = []
    comparisons = []
    sweeps = []
    votes = []
    instructionFollowing = []
    agreement = []
    preferences = []
    examples = []
    warnings = []
  }
}
