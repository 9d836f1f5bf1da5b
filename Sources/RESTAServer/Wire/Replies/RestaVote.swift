import RESTA

/// One vote with the texts of its tokens, as `resta generate --json` prints it.
struct RestaVote: Encodable, Sendable {
  struct Count: Encodable, Sendable {
    let tokenId: TokenID
    let text: String
    let count: Int
  }

  let position: Int
  @NullWritten var tokenId: TokenID?
  @NullWritten var text: String?
  let counts: [Count]
  let asked: Int
  let margin: Int
  @NullWritten var tieRule: TieBreak?

  /// Describes a vote.
  ///
  /// - Parameters:
  ///   - vote: The vote.
  ///   - tokenizer: The model's vocabulary.
  init(_ vote: VoteRecord, tokenizer: any Tokenizer) {
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

/// One token of a prompt, and whether noise was added to it.
struct RestaPromptToken: Encodable, Sendable, Hashable {
  let text: String
  let perturbed: Bool

  /// Describes a whole prompt.
  ///
  /// - Parameters:
  ///   - prompt: The prompt.
  ///   - defense: The defence; without an active one nothing is perturbed.
  ///   - tokenizer: The model's vocabulary.
  /// - Returns: One for each of its tokens.
  /// - Complexity: O(tokens * messages).
  static func list(
    _ prompt: TokenizedPrompt, defense: DefenseSettings, tokenizer: any Tokenizer
  ) -> [RestaPromptToken] {
    let perturbed = defense.isActive ? Set(prompt.positions(of: defense.perturbed)) : []
    return prompt.tokens.indices.map { index in
      RestaPromptToken(
        text: tokenizer.text(of: prompt.tokens[index].id), perturbed: perturbed.contains(index))
    }
  }
}
