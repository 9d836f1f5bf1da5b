import RESTAEvaluation

/// How an evaluation is analysed.
package struct AnalysisOptions: Sendable, Hashable {
  /// The defence that the others are compared with.
  ///
  /// Default: `none`.
  package var baseline = "none"
  /// Names of defences in the order of the tables.
  ///
  /// Those not named follow in the order in which they first occur; the baseline is always first.
  /// Default: empty.
  package var defenseOrder: [String] = []
  /// Names of datasets in the order of the tables.
  ///
  /// Those not named follow, first those of ``AnalysisInput/datasets``, then in the order in which
  /// they first occur. Default: empty.
  package var datasetOrder: [String] = []
  /// Whether examples show direct and adversarial prompts and the answers to them; else lengths and
  /// hashes stand for both.
  ///
  /// Default: `false`.
  package var showsText = false
  /// How many prompts of each role the examples show, under each defence.
  ///
  /// Default: 5.
  package var exampleLimit = 5
  /// How many answers of each defence the vote heat map shows.
  ///
  /// Default: 40.
  package var heatMapLimit = 40
  /// How intervals are made.
  ///
  /// Default: 2000 draws, 95 %.
  package var bootstrap = ClusterBootstrap()

  /// Makes options with every default.
  package init() {}
}
