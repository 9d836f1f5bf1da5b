import RESTADocuments

extension DefendedAnswer {
  /// What a defence says that refuses by itself; ``RefusalPhraseJudge`` knows it for a refusal.
  package static let refusalText = "I'm sorry, but I can't help with that."

  /// A refusal of the defence itself.
  ///
  /// - Parameters:
  ///   - promptTokens: The tokens of the rendered prompt, where it was rendered. Default: 0.
  ///   - notes: What the defence saw. Default: nothing.
  /// - Returns: An answer without tokens that cost nothing yet.
  static func rejection(
    promptTokens: Int = 0, notes: JSONObject = [:]
  ) -> DefendedAnswer {
    DefendedAnswer(
      text: refusalText, stopReason: rejected, promptTokens: promptTokens, notes: notes)
  }
}
