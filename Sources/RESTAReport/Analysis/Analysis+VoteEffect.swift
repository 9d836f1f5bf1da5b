import RESTADocuments
import RESTAEvaluation

extension Analysis {
  /// For each defence of kind `resta` with one copy, and each with several and otherwise equal settings: the
  /// prompts of each role that both have scored answers to.
  static func voteEffects(in table: AnalysisTable, _ estimator: Estimator) -> [VoteEffect] {
    let defenses = table.defenses.compactMap { defense -> CopiesOf? in
      guard let row = defense.rows.first, row.kind == "resta" else { return nil }
      var settings = row.settings
      guard let copies = settings.removeValue(forKey: "samples")?.int else { return nil }
      return (defense, copies, settings)
    }
    return defenses.filter { $0.copies == 1 }.flatMap { single in
      defenses.filter { $0.copies > 1 && $0.others == single.others }.flatMap { voted in
        Sample.Role.allCases.compactMap { effect(of: voted, on: single, $0, estimator) }
      }
    }
  }

  private typealias CopiesOf = (
    defense: AnalysisTable.Defense, copies: Int, others: JSONObject
  )

  private static func effect(
    of voted: CopiesOf, on single: CopiesOf, _ role: Sample.Role, _ estimator: Estimator
  ) -> VoteEffect? {
    let pairs = PairedRows(single.defense.rows.of(role), voted.defense.rows.of(role)).pairs
    let found = pairs.compactMap { pair -> (point: VoteEffect.Point, cluster: String)? in
      let (ours, theirs) = (pair.defense.scores, pair.baseline.scores)
      guard let row = pair.defense.first, let single = ours.average, let voted = theirs.average
      else { return nil }
      let point = VoteEffect.Point(
        sample: "\(row.dataset) \(row.sample.id)", single: single, singleAnswers: ours.count,
        voted: voted, votedAnswers: theirs.count)
      return (point, pair.cluster)
    }
    guard !found.isEmpty else { return nil }
    let points = found.map(\.point)
    return VoteEffect(
      role: role, single: single.defense.name, voted: voted.defense.name, copies: voted.copies,
      points: points, all: .init(points), aboveHalf: .init(points.filter { $0.single > 0.5 }),
      belowHalf: .init(points.filter { $0.single < 0.5 }), bins: bins(found, estimator))
  }

  private static func bins(
    _ found: [(point: VoteEffect.Point, cluster: String)], _ estimator: Estimator
  ) -> [VoteEffect.Bin] {
    let bounds: [(low: Double, high: Double)] = [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    return bounds.compactMap { low, high in
      var sums = ClusterSums()
      for (point, cluster) in found {
        let isInside =
          low == high ? point.voted == low : point.voted > low && point.voted < high
        if isInside { sums.add(point.single, to: cluster) }
      }
      guard sums.observations > 0 else { return nil }
      return VoteEffect.Bin(low: low, high: high, single: estimator.mean(shares: sums))
    }
  }
}
