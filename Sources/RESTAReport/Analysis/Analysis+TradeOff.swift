import RESTAEvaluation

extension Analysis {
  /// A point for each defence that was asked adversarial and benign prompts and scored on both.
  static func tradeOff(in table: AnalysisTable, _ estimator: Estimator) -> [TradeOffPoint] {
    var points = table.defenses.compactMap { point(of: $0, table, estimator) }
    let front = ParetoFront.membership(
      of: points.map { point in
        .init(
          attackSuccess: point.attackSuccess.share ?? 1, usefulness: point.usefulness.share ?? 0)
      })
    for index in points.indices { points[index].isParetoOptimal = front[index] }
    return points
  }

  private static func point(
    of defense: AnalysisTable.Defense, _ table: AnalysisTable, _ estimator: Estimator
  ) -> TradeOffPoint? {
    func complied(_ role: Sample.Role) -> Rate {
      estimator.rate(of: .complied, in: defense.rows.of(role))
    }
    let (attackSuccess, usefulness) = (complied(.adversarial), complied(.benign))
    guard attackSuccess.n > 0, usefulness.n > 0 else { return nil }
    let direct = complied(.direct)
    let baseline = table.baseline?.rows ?? []
    func ratio(_ role: Sample.Role) -> ClusterSums {
      PairedRows(defense.rows.of(role), baseline.of(role)).compliedRatio
    }
    let (benign, adversarial) = (ratio(.benign), ratio(.adversarial))
    let diagonal = estimator.diagonal(usefulness: benign, attackSuccess: adversarial)
    let isBaseline = defense.name == table.baselineName
    return TradeOffPoint(
      defense: defense.name, attackSuccess: attackSuccess,
      directSuccess: direct.n > 0 ? direct : nil, usefulness: usefulness,
      tokenRatio: estimator.mean(PairedRows(defense.rows, baseline).tokenRatio),
      isParetoOptimal: false,
      aboveDiagonal: Mean(
        value: diagonal.value, n: benign.observations + adversarial.observations,
        // The baseline is 0 by definition: an interval would say nothing.
        low: isBaseline ? diagonal.value : diagonal.interval?.low,
        high: isBaseline ? diagonal.value : diagonal.interval?.high),
      verdict: isBaseline ? .reference : diagonal.verdict)
  }
}
