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
