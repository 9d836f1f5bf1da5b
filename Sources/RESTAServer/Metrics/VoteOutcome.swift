import RESTA

/// How a vote went.
enum VoteOutcome: String, Sendable, Hashable, CaseIterable {
  /// All k copies were asked and agreed.
  case unanimous
  /// Decided before all k copies were asked.
  case early
  /// All were asked, and most of them won.
  case majority
  /// A tie, broken by the tie rule.
  case tie
  /// A tie that ended the answer.
  case abstained

  /// Reads a vote's record.
  ///
  /// - Parameters:
  ///   - vote: The record.
  ///   - samples: k.
  init(_ vote: VoteRecord, samples: Int) {
    self =
      if vote.tokenID == nil {
        .abstained
      } else if vote.tieBreak != nil {
        .tie
      } else if vote.asked < samples {
        .early
      } else {
        vote.counts.count == 1 ? .unanimous : .majority
      }
  }
}
