import RESTA

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
