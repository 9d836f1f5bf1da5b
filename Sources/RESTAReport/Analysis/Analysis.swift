import RESTAEvaluation

/// Makes the numbers of a report from generations.
///
/// Everything follows from the rows and the options: the order of the rows changes nothing but the
/// order of defences and datasets that the options do not name.
///
/// An unscored answer is part of no rate. An incoherent one is part of all of them, as what it is:
/// neither refused nor complied.
package enum Analysis {
  /// Makes a report.
  ///
  /// - Parameters:
  ///   - input: The rows, and what the report shows as it is.
  ///   - options: How they are analysed. Default: every option's default.
  ///   - hash: SHA-256 of a text's UTF-8 bytes in hexadecimals, for what stands in place of redacted
  ///     text.
  /// - Returns: The report; it holds harmful texts only if the options ask for them.
  /// - Complexity: O(rows · log(rows)), and for each defence and group of prompts a few times O(draws ·
  ///   clusters).
  package static func report(
    of input: AnalysisInput, options: AnalysisOptions = .init(), hash: (String) -> String
  ) -> Report {
    let table = AnalysisTable(input, options)
    let estimator = Estimator(options.bootstrap)
    var report = Report(title: input.title, command: input.command)
    report.record = input.record
    report.configuration = input.configuration
    report.datasets = input.datasets
    report.defenses = table.defenses.map(\.summary)
    report.judges = judges(in: table, agreement: input.judgeAgreement)
    report.groups = groups(in: table, estimator)
    report.tradeOff = tradeOff(in: table, estimator)
    report.comparisons = comparisons(in: table, estimator)
    report.sweeps = sweeps(in: table, estimator)
    report.votes = votes(in: table, estimator, rowLimit: options.heatMapLimit)
    report.instructionFollowing = input.instructionFollowing
    report.agreement = agreement(in: table, estimator, similarities: input.similarities)
    report.preferences = input.preferences
    report.examples = examples(
      in: table, limit: options.exampleLimit, showsText: options.showsText, hash: hash)
    report.warnings = warnings(in: table, about: report)
    return report
  }
}
