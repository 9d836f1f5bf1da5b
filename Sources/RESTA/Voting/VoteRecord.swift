/// How one token of the smoothed prefix was chosen.
public struct VoteRecord: Sendable, Hashable, Codable {
  /// How many copies predicted one token.
  public struct Count: Sendable, Hashable, Codable {
    /// The token.
    public var tokenID: TokenID
    /// Its votes, at least 1.
    public var count: Int

    /// Makes a count.
    ///
    /// - Parameters:
    ///   - tokenID: The token.
    ///   - count: Its votes.
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
  public var asked: Int
  /// The chosen token's votes less those of the best other one.
  ///
  /// 0 in a tie; it can be negative for aggregators other than the majority vote.
  public var margin: Int
  /// How a tie was broken, or `nil` when there was none.
  public var tieBreak: TieBreak?
}
