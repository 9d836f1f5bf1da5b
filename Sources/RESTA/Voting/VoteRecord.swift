/// What decides a vote in which several tokens have the most votes.
///
/// It is for the majority vote: the other aggregators take the lower token id of equal scores.
public enum TieRule: String, Sendable, Hashable, Codable, CaseIterable {
  /// The larger sum of log-probabilities over the copies, then the lower token id. The default.
  case logProbability = "log-probability"
  /// The lower token id.
  case tokenID = "token-id"
  /// The unperturbed model's token where it is one of the leaders, else as ``logProbability``.
  case unperturbed
  /// No token: the answer ends there, with the stop reason `abstained`.
  case abstain

  /// Whether the copies' log-probabilities may decide.
  var mayScore: Bool { self == .logProbability || self == .unperturbed }
}

/// How one tie was broken.
public enum TieBreak: String, Sendable, Hashable, Codable {
  /// By the larger sum of log-probabilities over the copies.
  case logProbability = "log-probability"
  /// By the lower token id.
  case tokenID = "token-id"
  /// By the unperturbed model's token.
  case unperturbed
  /// Not at all: the vote abstained.
  case abstained
}

/// How one token of the smoothed prefix was chosen.
public struct VoteRecord: Sendable, Hashable, Codable {
  /// How many copies predicted one token.
  public struct Count: Sendable, Hashable, Codable {
    /// The token.
    public var tokenID: TokenID
    /// Its votes, at least 1.
    public var count: Int

    /// Makes a count.
    public init(tokenID: TokenID, count: Int) {
      self.tokenID = tokenID
      self.count = count
    }
  }

  /// The position in the answer, from 0 (t - 1 in the paper).
  public var position: Int
  /// The token that was chosen; `nil` when the vote abstained.
  public var tokenID: TokenID?
  /// The votes, most first, equal ones by token id.
  public var counts: [Count]
  /// How many copies were asked.
  ///
  /// Under the lead rule those that count: copies that were asked in the same pass behind them are in the
  /// generation's totals only.
  public var asked: Int
  /// The chosen token's votes less those of the best other one, where all tokens that end the answer
  /// are one candidate.
  ///
  /// 0 in a tie; it can be negative for aggregators other than the majority vote.
  public var margin: Int
  /// How a tie was broken, or `nil` when there was none.
  public var tieBreak: TieBreak?
  /// The lead at which the lead rule ended the vote, where the copies behind could have changed it; `nil`
  /// without the rule, and where it made no difference.
  public var stoppedAtLead: Int?

  /// Whether several copies were asked and all wanted the token, where all tokens that end the answer are one
  /// candidate; one copy agrees with none.
  package var isUnanimous: Bool { asked > 1 && margin == asked }
}
