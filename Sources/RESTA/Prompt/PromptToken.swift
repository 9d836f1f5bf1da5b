/// One token of a tokenised prompt.
public struct PromptToken: Sendable, Hashable {
  /// The token.
  public var id: TokenID
  /// The bytes of the rendered text that it stands for; empty for a token that the tokeniser adds.
  public var bytes: Range<Int>
  /// The message whose content the token holds at least one byte of; `nil` for template text.
  public var messageIndex: Int?
  /// That message's role; `nil` for template text.
  public var role: ChatMessage.Role?
  /// Whether it is a control token.
  public var isControl: Bool

  /// Makes a prompt token.
  public init(
    id: TokenID, bytes: Range<Int>, messageIndex: Int?, role: ChatMessage.Role?, isControl: Bool
  ) {
    self.id = id
    self.bytes = bytes
    self.messageIndex = messageIndex
    self.role = role
    self.isControl = isControl
  }
}

/// A rendered prompt as tokens, each with where it came from.
public struct TokenizedPrompt: Sendable, Hashable {
  /// The rendered prompt.
  public var rendered: RenderedPrompt
  /// Its tokens, x_1..x_n in the paper.
  public var tokens: [PromptToken]
  /// Whether some content spelled a control token, so that it was tokenised with those disabled.
  public var defusedControlText: Bool

  /// Messages that no noise touches, whatever their role: an operator's own, among those of a client.
  public var trusted: Set<Int> = []
  /// Messages that are perturbed whatever their role: an assistant's turns that a client made up.
  public var untrusted: Set<Int> = []
  /// How many tokens at its end are an answer's beginning that the smoothed window counts.
  package var countedOpening = 0
  /// The bytes of the rendered text behind which an opening of the answer was put; `nil`: none was.
  package var templateEnd: Int?

  /// The token ids alone.
  public var ids: [TokenID] { tokens.map(\.id) }

  /// How many tokens stand in front of the first one that a client wrote anything of: of template text
  /// and of ``trusted`` messages.
  var operatorTokens: Int {
    let start = rendered.spans.filter { !trusted.contains($0.messageIndex) }
      .map(\.range.lowerBound).min()
    guard let start else { return 0 }
    return tokens.prefix { $0.bytes.upperBound <= start }.count
  }

  /// The positions of tokens that hold something of a ``trusted`` message and nothing of another one.
  package var positionsOfTrustedAlone: Set<Int> {
    let own = rendered.spans.filter { trusted.contains($0.messageIndex) }
    let others = rendered.spans.filter { !trusted.contains($0.messageIndex) }
    return Set(
      tokens.indices.filter {
        !own.touching(tokens[$0].bytes).isEmpty && others.touching(tokens[$0].bytes).isEmpty
      })
  }

  /// The positions that a defence perturbs, U in the paper, ascending.
  ///
  /// - Parameter content: Which content is perturbed.
  /// - Returns: Indices of ``tokens``.
  /// - Complexity: O(spans + tokens · log spans).
  public func positions(of content: PerturbedContent) -> [Int] {
    let lastUserTurn = rendered.spans.last { $0.role == .user }?.messageIndex
    let spans = rendered.spans.filter { span in
      guard !trusted.contains(span.messageIndex) else { return false }
      if untrusted.contains(span.messageIndex) { return true }
      guard content.roles.contains(span.role) else { return false }
      return !content.lastUserTurnOnly || span.role != .user || span.messageIndex == lastUserTurn
    }
    // By bytes, not by the tokens' labels: a token that touches two messages has one label only.
    return tokens.indices.filter { !spans.touching(tokens[$0].bytes).isEmpty }
  }
}

extension [RenderedPrompt.ContentSpan] {
  /// Those that hold some of these bytes; spans ascend, and a chat may have as many as tokens, so none is looked at
  /// that ends in front of them.
  func touching(_ bytes: Range<Int>) -> [Element] {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].range.upperBound <= bytes.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return self[low...].prefix { $0.range.lowerBound < bytes.upperBound }
      .filter { $0.range.overlaps(bytes) }
  }
}

/// Which parts of a conversation the noise is added to.
public struct PerturbedContent: Sendable, Hashable, Codable {
  /// The roles whose content is perturbed, of `user`, `tool` and `system`, at least one; by default `user`.
  ///
  /// The template itself and the model's own turns never are.
  public var roles: Set<ChatMessage.Role>
  /// Whether only the last user turn is perturbed instead of all, for roles with `user`; `false` by default.
  public var lastUserTurnOnly: Bool

  /// Chooses content; nothing is checked before it is used.
  public init(roles: Set<ChatMessage.Role> = [.user], lastUserTurnOnly: Bool = false) {
    self.roles = roles
    self.lastUserTurnOnly = lastUserTurnOnly
  }

  /// Every user turn: the default.
  public static let userTurns = PerturbedContent()

  func validate() throws(RESTAError) {
    try RESTAError.require(
      !roles.isEmpty && !roles.contains(.assistant),
      "Noise can be added to user, tool and system content only; the assistant's turns are never "
        + "perturbed.")
    try RESTAError.require(
      !lastUserTurnOnly || roles.contains(.user),
      "last_turn_only goes with user turns only, and perturb names none.")
  }
}

/// A beginning of the answer that the model did not choose: it goes on behind it, as if it had.
package struct AnswerOpening: Sendable, Hashable, Codable {
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
