import RESTAEvaluation

/// A defence's and the baseline's answers to the same prompts.
struct PairedRows {
  /// One prompt that both were asked, with the answers in the order of their seeds.
  struct Pair {
    var cluster: String
    var defense: [GenerationRow]
    var baseline: [GenerationRow]
  }

  /// The prompts that both were asked, in the order of the defence's rows.
  let pairs: [Pair]

  init(_ defense: [GenerationRow], _ baseline: [GenerationRow]) {
    let theirs = baseline.byPrompt()
    let ours = defense.byPrompt()
    pairs = defense.prompts().compactMap { prompt in
      guard let first = ours[prompt], let second = theirs[prompt] else { return nil }
      return Pair(cluster: first[0].cluster, defense: first, baseline: second)
    }
  }

  /// For each prompt that both have a scored answer to: the defence's share of complying answers over the baseline's.
  ///
  /// The seeds of a prompt are averaged first, so that prompts weigh the same on
  /// both sides however many seeds either has.
  var compliedRatio: ClusterSums {
    sums { $0.scores.average }
  }

  /// For each prompt that both have an answer to: the tokens the defence processed over the baseline's.
  var tokenRatio: ClusterSums {
    sums { $0.compactMap { $0.answer.map { Double($0.tokensProcessed) } }.average }
  }

  /// The answers of each prompt that has some on both sides of which a measure says anything, 1 for yes.
  func differences(
    of measure: (GenerationRow) -> Bool?
  ) -> (differences: PairedDifferences, directions: [Double]) {
    func values(_ rows: [GenerationRow]) -> [Double] { rows.compactMap(measure).map { $0 ? 1 : 0 } }
    var (differences, directions) = (PairedDifferences(), [Double]())
    for pair in pairs {
      let (first, second) = (values(pair.defense), values(pair.baseline))
      differences.add(first, less: second, to: pair.cluster)
      if let first = first.average, let second = second.average {
        directions.append(first - second)
      }
    }
    return (differences, directions)
  }

  private func sums(_ measure: ([GenerationRow]) -> Double?) -> ClusterSums {
    var sums = ClusterSums()
    for pair in pairs {
      guard let first = measure(pair.defense), let second = measure(pair.baseline) else { continue }
      sums.add(first, over: second, to: pair.cluster)
    }
    return sums
  }
}

extension Analysis {
  /// Each defence against the baseline and against each placebo, for each role in which both have
  /// answers to the same prompts of which a measure says anything.
  static func comparisons(
    in table: AnalysisTable, of measure: (GenerationRow) -> Bool?, _ estimator: Estimator
  ) -> [PairedComparison] {
    let references = [table.baseline].compactMap(\.self) + table.placebos
    return references.flatMap { reference in
      Sample.Role.allCases.flatMap { role in
        table.challengers.filter { $0.name != reference.name }.compactMap { defense in
          comparison(
            role, defense.name, reference.name,
            PairedRows(defense.rows.of(role), reference.rows.of(role)).differences(of: measure),
            estimator)
        }
      }
    }
  }

  private static func comparison(
    _ role: Sample.Role, _ defense: String, _ reference: String,
    _ found: (differences: PairedDifferences, directions: [Double]), _ estimator: Estimator
  ) -> PairedComparison? {
    let (differences, directions) = found
    guard let test = estimator.test(differences) else { return nil }
    let lower = directions.count { $0 < -1e-9 }
    let higher = directions.count { $0 > 1e-9 }
    return PairedComparison(
      role: role, defense: defense, baseline: reference, n: directions.count,
      clusters: differences.clusters.count, lower: lower,
      tied: directions.count - lower - higher, higher: higher,
      difference: Mean(test, pairs: directions.count), p: test.p)
  }
}
