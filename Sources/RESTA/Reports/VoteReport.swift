/// One vote in JSON, with the texts of its tokens.
///
/// A stable shape, to which fields may be added; encoders write its names in snake case.
package struct VoteReport: Encodable, Sendable {
  package struct Count: Encodable, Sendable {
    package let tokenId: TokenID
    package let text: String
    package let count: Int
  }

  package let position: Int
  @Nullable package var tokenId: TokenID?
  @Nullable package var text: String?
  package let counts: [Count]
  package let asked: Int
  package let margin: Int
  @Nullable package var tieRule: TieBreak?

  package init(_ vote: VoteRecord, tokenizer: any Tokenizer) {
    position = vote.position
    tokenId = vote.tokenID
    text = vote.tokenID.map { tokenizer.text(of: $0) }
    counts = vote.counts.map {
      Count(tokenId: $0.tokenID, text: tokenizer.text(of: $0.tokenID), count: $0.count)
    }
    asked = vote.asked
    margin = vote.margin
    tieRule = vote.tieBreak
  }
}
