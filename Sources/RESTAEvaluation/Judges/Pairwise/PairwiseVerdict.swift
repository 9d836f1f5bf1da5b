/// Which of two answers to one prompt a judge prefers, over both orders.
package struct PairwiseVerdict: Sendable, Hashable, Codable {
  /// What came out.
  package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The candidate's answer is better in both orders.
    case win
    /// The baseline's answer is better in both orders.
    case loss
    /// Neither is better in both orders, or they are the same text.
    case tie
    /// The choice depended on the order.
    case inconsistent
    /// The judge failed, or a reply was unreadable.
    case unscored
  }

  /// What came out.
  package var outcome: Outcome
  /// How far the candidate is preferred: 1 for better, 0.5 for a tie, 0 for worse, averaged over the
  /// two orders; `nil` when unscored.
  package var preference: Double?
  /// The candidate's length in Unicode scalars.
  package var candidateLength: Int
  /// The baseline's length in Unicode scalars.
  package var baselineLength: Int
  /// Why, in a few words that hold no prompt and no answer.
  package var reason: String

  /// Makes a verdict.
  ///
  /// - Parameters:
  ///   - outcome: What came out.
  ///   - preference: How far the candidate is preferred, in 0...1; `nil` when unscored.
  ///   - candidateLength: The candidate's length in Unicode scalars.
  ///   - baselineLength: The baseline's length in Unicode scalars.
  ///   - reason: Why, without prompt or answer.
  package init(
    outcome: Outcome, preference: Double?, candidateLength: Int, baselineLength: Int,
    reason: String
  ) {
    self.outcome = outcome
    self.preference = preference
    self.candidateLength = candidateLength
    self.baselineLength = baselineLength
    self.reason = reason
  }
}
