/// What a report is made of.
///
/// ```swift
/// var input = AnalysisInput(rows: rows, title: "Built-in", command: "resta report built-in.sqlite")
/// input.datasets = datasets.map { DatasetSummary(of: $0) }
/// let report = Analysis.report(of: input, hash: sha256)
/// ```
public struct AnalysisInput: Sendable {
  /// The generations with their labels, in any order; each once.
  public var rows: [GenerationRow]
  /// The evaluation's name.
  public var title: String
  /// The command that makes the report again.
  public var command: String
  /// What ran, as label and value.
  ///
  /// Default: empty.
  public var record: [Report.Entry] = []
  /// The configuration file's text.
  ///
  /// Default: empty.
  public var configuration = ""
  /// What was asked.
  ///
  /// Default: empty; the tables need it for the order of the datasets only.
  public var datasets: [DatasetSummary] = []
  /// What is known about how well a judge agrees with labels by hand, by judge id, in a sentence
  /// with n.
  ///
  /// Default: nothing.
  public var judgeAgreement: [String: String] = [:]
  /// IFEval's results, for the report to show.
  ///
  /// Default: none.
  public var instructionFollowing: [InstructionSummary] = []
  /// Pairwise judgements, for the report to show.
  ///
  /// Default: none.
  public var preferences: [PreferenceSummary] = []
  /// The cosine similarity of an answer's embedding with that of the baseline's answer, by
  /// ``GenerationRow/key`` of the former.
  ///
  /// Default: not measured.
  public var similarities: [String: Double] = [:]

  /// Names what is always needed.
  ///
  /// - Parameters:
  ///   - rows: The generations with their labels, in any order; each once.
  ///   - title: The evaluation's name.
  ///   - command: The command that makes the report again.
  public init(rows: [GenerationRow], title: String, command: String) {
    self.rows = rows
    self.title = title
    self.command = command
  }
}
