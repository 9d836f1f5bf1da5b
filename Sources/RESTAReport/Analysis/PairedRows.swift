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

  /// For each prompt that both have a scored answer to: the defence's share of complying answers
  /// over the baseline's.
  ///
  /// The seeds of a prompt are averaged first, so that prompts weigh the same on
  /// both sides however many seeds either has.
  var compliedRatio: ClusterSums { sums(Self.compliedShare) { ($0, $1) } }

  /// The same prompts: the defence's share less the baseline's.
  var compliedDifference: ClusterSums { sums(Self.compliedShare) { ($0 - $1, 1) } }

  /// For each prompt that both have an answer to: the tokens the defence processed over the
  /// baseline's.
  var tokenRatio: ClusterSums { sums(Self.meanTokens) { ($0, $1) } }

  /// For each prompt that both have a scored answer to, whether more than half of the seeds comply.
  var majorities: [(defense: Bool, baseline: Bool)] {
    pairs.compactMap { pair in
      guard let first = Self.compliedShare(pair.defense),
        let second = Self.compliedShare(pair.baseline)
      else { return nil }
      return (first > 0.5, second > 0.5)
    }
  }

  private func sums(
    _ measure: ([GenerationRow]) -> Double?,
    _ terms: (Double, Double) -> (numerator: Double, denominator: Double)
  ) -> ClusterSums {
    var sums = ClusterSums()
    for pair in pairs {
      guard let first = measure(pair.defense), let second = measure(pair.baseline) else { continue }
      let (numerator, denominator) = terms(first, second)
      sums.add(numerator, over: denominator, to: pair.cluster)
    }
    return sums
  }

  private static func compliedShare(_ rows: [GenerationRow]) -> Double? {
    average(rows.compactMap(\.complied).map { $0 ? 1 : 0 })
  }

  private static func meanTokens(_ rows: [GenerationRow]) -> Double? {
    average(rows.compactMap { $0.answer.map { Double($0.tokensProcessed) } })
  }

  private static func average(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

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

/// Whether two defences differ on the same prompts.
enum McNemarTest {
  /// McNemar's exact p, two-sided.
  ///
  /// Only pairs that differ count. If neither side is better, each of those goes either way like a
  /// coin, so p = min(1, 2 P(X ≤ min(first, second))) with X binomial of `first + second` and 1/2.
  ///
  /// Reference: Q. McNemar, "Note on the sampling error of the difference between correlated
  /// proportions or percentages", Psychometrika 12 (1947), with the exact binomial distribution in
  /// place of its normal approximation.
  static func p(onlyFirst first: Int, onlySecond second: Int) -> Double {
    precondition(first >= 0 && second >= 0, "a number of pairs is not negative")
    if first == second { return 1 }
    let (fewer, more) = (Double(min(first, second)), Double(max(first, second)))
    // P(X ≤ k) of n coins is I_{1/2}(n - k, k + 1).
    return min(1, 2 * IncompleteBeta.regularized(0.5, a: more, b: fewer + 1))
  }
}
