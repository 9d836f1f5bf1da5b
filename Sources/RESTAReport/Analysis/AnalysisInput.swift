import RESTAEvaluation

/// What a report is made of.
///
/// ```swift
/// var input = AnalysisInput(rows: rows, title: "Built-in", command: "resta report built-in.sqlite")
/// input.datasets = datasets.map { DatasetSummary(of: $0) }
/// let report = Analysis.report(of: input, hash: sha256)
/// ```
struct AnalysisInput: Sendable {
  /// The generations with their labels, in any order; each once.
  var rows: [GenerationRow]
  var title: String
  /// The command that makes the report again.
  var command: String
  /// What ran, as label and value.
  var record: [RecordEntry] = []
  /// The configuration file's text.
  var configuration = ""
  /// What was asked.
  var datasets: [DatasetSummary] = []
  /// What is known about how well a judge agrees with labels by hand, by judge id, in a sentence with n.
  var judgeAgreement: [String: String] = [:]
  /// IFEval's results, for the report to show.
  var instructionFollowing: [InstructionSummary] = []
  /// Pairwise judgements, for the report to show.
  var preferences: [PreferenceSummary] = []
}

/// How an evaluation is analysed.
struct AnalysisOptions: Sendable, Hashable {
  /// The defence that the others are compared with.
  var baseline = "none"
  /// Names of defences in the order of the tables.
  ///
  /// Those not named follow in the order in which they first occur; the baseline is always first.
  var defenseOrder: [String] = []
  /// Names of datasets in the order of the tables.
  ///
  /// Those not named follow, first those of ``AnalysisInput/datasets``, then in the order in which
  /// they first occur. Default: empty.
  var datasetOrder: [String] = []
  /// Whether examples show direct and adversarial prompts and the answers to them; else lengths and
  /// hashes stand for both.
  var showsText = false
  /// How many prompts of each role the examples show, under each defence.
  var exampleLimit = 5
  /// How many answers of each defence the vote heat map shows.
  var heatMapLimit = 40
  /// How intervals are made.
  var bootstrap = ClusterBootstrap()

  init() {}
}
