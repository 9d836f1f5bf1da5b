/// A beginning of the answer that the model did not choose: it goes on behind it, as if it had.
package struct AnswerOpening: Sendable, Hashable, Codable {
  /// Its text.
  package var text: String
  /// Whether the smoothed window counts its tokens as if they had been voted on.
  ///
  /// Not by default: the window is the first l tokens that the model chooses.
  package var countsInWindow: Bool

  package init(_ text: String, countsInWindow: Bool = false) {
    self.text = text
    self.countsInWindow = countsInWindow
  }

  /// The text's tokens, as the model's own answer has them: no text in it is a control token.
  package func tokens(_ tokenizer: any Tokenizer) throws -> [TokenID] {
    try tokenizer.tokenize(Array(text.utf8), parsesControl: false)
  }
}

extension TokenizedPrompt {
  /// The prompt with the beginning of the answer behind it, which no noise touches.
  package func opened(
    with opening: AnswerOpening, tokenizer: any Tokenizer
  ) throws -> TokenizedPrompt {
    var prompt = self
    prompt.templateEnd = templateEnd ?? rendered.text.utf8.count
    for id in try opening.tokens(tokenizer) {
      let start = prompt.rendered.text.utf8.count
      prompt.rendered.text += tokenizer.text(of: id)
      // A token that is half a character has no bytes of its own in a text; spans do not reach here.
      prompt.tokens.append(
        PromptToken(
          id: id, bytes: start..<prompt.rendered.text.utf8.count, messageIndex: nil, role: nil,
          isControl: false))
      if opening.countsInWindow { prompt.countedOpening += 1 }
    }
    return prompt
  }
}
