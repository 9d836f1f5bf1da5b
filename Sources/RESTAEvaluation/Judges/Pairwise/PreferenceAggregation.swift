/// Pairwise verdicts, counted.
package struct PreferenceAggregation: Sendable, Hashable, Codable {
  /// Pairs that the candidate won.
  package var wins: Int
  /// Pairs that the baseline won.
  package var losses: Int
  /// Pairs without a better answer.
  package var ties: Int
  /// Pairs in which the choice depended on the order.
  package var inconsistent: Int
  /// Pairs without a judgement; part of none of the rates.
  package var unscored: Int
  /// The preferences of the scored pairs, in the order of the verdicts: what intervals are made of.
  package var preferences: [Double]
  /// The mean preference, a tie being a half; `nil` of nothing.
  package var winRate: Double?
  /// The win rate with the effect of the answers' lengths taken out, by ``LengthControl``; `nil`
  /// where it cannot be fitted.
  package var lengthControlledWinRate: Double?

  /// Counts verdicts.
  ///
  /// - Parameter verdicts: Any verdicts of one judge.
  /// - Complexity: Linear in the verdicts.
  package init(_ verdicts: [PairwiseVerdict]) {
    func count(_ outcome: PairwiseVerdict.Outcome) -> Int {
      verdicts.count { $0.outcome == outcome }
    }
    wins = count(.win)
    losses = count(.loss)
    ties = count(.tie)
    inconsistent = count(.inconsistent)
    unscored = verdicts.count { $0.preference == nil }
    let scored = verdicts.filter { $0.preference != nil }
    preferences = scored.compactMap(\.preference)
    winRate =
      preferences.isEmpty ? nil : preferences.reduce(0, +) / Double(preferences.count)
    lengthControlledWinRate = LengthControl.winRate(
      preferences: preferences,
      lengthDifferences: scored.map { Double($0.candidateLength - $0.baselineLength) })
  }
}
