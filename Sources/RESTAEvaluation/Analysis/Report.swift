/// Everything that a report shows, as numbers: the JSON form of a report, from which the page, the
/// figures and the tables are drawn.
public struct Report: Sendable, Hashable, Codable {
  /// The evaluation's name.
  public var title: String
  /// The command that makes this report again.
  public var command: String
  /// What ran: model and its hash, adapters, template hash, engine, machine, dates, as label and
  /// value, in the order to print.
  public var record: [Entry]
  /// The configuration file's text.
  public var configuration: String
  /// What was asked.
  public var datasets: [DatasetSummary]
  /// How it was defended.
  public var defenses: [DefenseSummary]
  /// Who judged.
  public var judges: [JudgeSummary]
  /// The main tables: for each defence and each group of prompts what came out, and its cost.
  public var groups: [GroupSummary]
  /// Safety against usefulness: one point for each defence.
  public var tradeOff: [TradeOffPoint]
  /// Each defence against `none` on the same prompts.
  public var comparisons: [PairedComparison]
  /// What varies with one setting while the others stay.
  public var sweeps: [Sweep]
  /// How the votes went.
  public var votes: [VoteSummary]
  /// IFEval, where it was asked.
  public var instructionFollowing: [InstructionSummary]
  /// Agreement with the undefended answer.
  public var agreement: [AgreementSummary]
  /// Pairwise judgements against the undefended answers (AlpacaEval), where there are any.
  public var preferences: [PreferenceSummary]
  /// Single answers, for reading.
  public var examples: [Example]
  /// What a reader must know before believing a number.
  public var warnings: [String]

  /// A label and a value.
  public struct Entry: Sendable, Hashable, Codable {
    /// The label.
    public var label: String
    /// The value.
    public var value: String

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - value: The value.
    public init(label: String, value: String) {
      self.label = label
      self.value = value
    }
  }

  /// Makes a report with nothing in it.
  ///
  /// - Parameters:
  ///   - title: The evaluation's name.
  ///   - command: The command that makes it again.
  public init(title: String, command: String) {
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
