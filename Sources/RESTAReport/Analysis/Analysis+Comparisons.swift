import RESTAEvaluation

extension Analysis {
  /// Each defence against the baseline, for each role in which both have scored answers to the same
  /// prompts.
  static func comparisons(in table: AnalysisTable, _ estimator: Estimator) -> [PairedComparison] {
    guard let baseline = table.baseline else { return [] }
    return Sample.Role.allCases.flatMap { role in
      table.challengers.compactMap { defense in
        let paired = PairedRows(defense.rows.of(role), baseline.rows.of(role))
        let majorities = paired.majorities
        guard !majorities.isEmpty else { return nil }
        let onlyBaseline = majorities.count { $0.baseline && !$0.defense }
        let onlyDefense = majorities.count { $0.defense && !$0.baseline }
        return PairedComparison(
          role: role, defense: defense.name, baseline: baseline.name, n: majorities.count,
          onlyBaseline: onlyBaseline, onlyDefense: onlyDefense,
          difference: estimator.mean(differences: paired.compliedDifference),
          p: McNemarTest.p(onlyFirst: onlyBaseline, onlySecond: onlyDefense))
      }
    }
  }
}
