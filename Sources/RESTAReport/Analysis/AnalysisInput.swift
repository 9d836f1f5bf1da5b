package import RESTAEvaluation

/// What a report is made of.
///
/// ```swift
/// var input = AnalysisInput(rows: rows, title: "Built-in", command: "resta report built-in.sqlite")
/// input.datasets = datasets.map { DatasetSummary(of: $0) }
/// let report = Analysis.report(of: input, hash: sha256)
/// ```
package struct AnalysisInput: Sendable {
  /// The generations with their labels, in any order; each once.
  package var rows: [GenerationRow]
  /// The evaluation's name.
  package var title: String
  /// The command that makes the report again.
  package var command: String
  /// What ran, as label and value.
  ///
  /// Default: empty.
  package var record: [RecordEntry] = []
  /// The configuration file's text.
  ///
  /// Default: empty.
  package var configuration = ""
  /// What was asked.
  ///
  /// Default: empty; the tables need it for the order of the datasets only.
  package var datasets: [DatasetSummary] = []
  /// What is known about how well a judge agrees with labels by hand, by judge id, in a sentence
  /// with n.
  ///
  /// Default: nothing.
  package var judgeAgreement: [String: String] = [:]
  /// IFEval's results, for the report to show.
  ///
  /// Default: none.
  package var instructionFollowing: [InstructionSummary] = []
  /// Pairwise judgements, for the report to show.
  ///
  /// Default: none.
  package var preferences: [PreferenceSummary] = []
  /// The cosine similarity of an answer's embedding with that of the baseline's answer, by
  /// ``GenerationRow/key`` of the former.
  ///
  /// Default: not measured.
  package var similarities: [String: Double] = [:]

  /// Names what is always needed.
  ///
  /// - Parameters:
  ///   - rows: The generations with their labels, in any order; each once.
  ///   - title: The evaluation's name.
  ///   - command: The command that makes the report again.
  package init(rows: [GenerationRow], title: String, command: String) {
    self.rows = rows
    self.title = title
    self.command = command
  }
}
