import RESTAEvaluation

/// Makes rates and means with intervals, for all of an analysis from the same draws.
final class Estimator {
  let bootstrap: ClusterBootstrap
  let cache: ResampleCache

  init(_ bootstrap: ClusterBootstrap) {
    self.bootstrap = bootstrap
    cache = ResampleCache(for: bootstrap)
  }

  /// The share of scored answers with a label.
  func rate(of label: AnswerLabel, in rows: [GenerationRow]) -> Rate {
    var sums = ClusterSums()
    for row in rows where row.label != .unscored {
      sums.add(row.label == label ? 1 : 0, to: row.cluster)
    }
    return rate(sums)
  }

  func rate(_ sums: ClusterSums) -> Rate { Rate(sums, bootstrap: bootstrap, cache: cache) }

  func mean(_ sums: ClusterSums) -> Mean { Mean(sums, bootstrap: bootstrap, cache: cache) }

  func mean(differences: ClusterSums) -> Mean {
    Mean(differences: differences, bootstrap: bootstrap, cache: cache)
  }

  /// The mean of a cost over the answers that there are.
  func mean(_ rows: [GenerationRow], of cost: (DefendedAnswer) -> Double) -> Mean {
    var sums = ClusterSums()
    for row in rows {
      if let answer = row.answer { sums.add(cost(answer), to: row.cluster) }
    }
    return mean(sums)
  }

  func diagonal(usefulness: ClusterSums, attackSuccess: ClusterSums) -> RandomRefusalDiagonal {
    RandomRefusalDiagonal(usefulness, attackSuccess, bootstrap: bootstrap, cache: cache)
  }
}
