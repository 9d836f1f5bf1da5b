/// What the copies vote on at a checkpoint.
public enum CheckpointForm: String, Sendable, Hashable, Codable, CaseIterable {
  /// The answer's own next tokens.
  case vote
  /// What the model says where the assistant's turn is closed and opened again: tokens that are no part of
  /// the answer, which ends in front of them if they read as a refusal, and else goes on as if nothing had been.
  ///
  /// A model that has begun to comply tends to go on within its turn, and judges the request afresh in a
  /// new one. After an idea of arXiv 2510.18081, in a form of our own.
  case header
}

/// What a checkpoint needs that opens the assistant's turn again: the header to put behind the answer, and how
/// a refusal is known.
public struct CheckpointProbe: Sendable {
  /// The tokens that close an assistant's turn and open the next.
  package let header: [TokenID]
  private let isRefusal: @Sendable (String) -> Bool

  package init(header: [TokenID], isRefusal: @escaping @Sendable (String) -> Bool) {
    self.header = header
    self.isRefusal = isRefusal
  }

  /// Takes the header from a chat template: what it writes behind an assistant's message when the model is
  /// to speak again; `nil` for a defence that opens no turn again.
  ///
  /// - Parameters:
  ///   - defense: The defence.
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  ///   - isRefusal: Whether a text, which may break off, is a refusal.
  /// - Throws: `RESTAError` with `invalidSetting` for a template that has no such header, and for an engine
  ///   that gives tokens only.
  public init?(
    for defense: DefenseSettings, model: any LanguageModel, template: ChatTemplate? = nil,
    isRefusal: @escaping @Sendable (String) -> Bool
  ) throws {
    guard defense.checkpointForm == .header else { return nil }
    guard !(model is any StreamingModel) else { throw Self.streams }
    guard let template = try template ?? model.chatTemplate else { throw Self.missing }
    let header: [TokenID]?
    do {
      header = try Self.header(of: template, model.tokenizer)
    } catch {
      throw Self.unknown("it refuses an answer behind which another follows", error)
    }
    guard let header else {
      throw Self.unknown("behind an answer it opens no other turn of the assistant's", nil)
    }
    self.init(header: header, isRefusal: isRefusal)
  }

  /// `nil` where no header is written, or not in tokens of its own.
  private static func header(
    of template: ChatTemplate, _ tokenizer: any Tokenizer
  ) throws -> [TokenID]? {
    let messages = [ChatMessage.user("a"), .assistant("b")]
    let closed = try template.render(messages, addGenerationPrompt: false)
    let opened = try template.render(messages)
    guard let end = opened.spans.last?.range.upperBound,
      opened.text.utf8.starts(with: closed.text.utf8),
      opened.text.utf8.count > closed.text.utf8.count
    else { return nil }
    let tokens = try PromptTokenizer(tokenizer).tokenize(opened).tokens
      .filter { $0.bytes.upperBound > end }
    return tokens.allSatisfy { $0.bytes.lowerBound >= end } ? tokens.map(\.id) : nil
  }

  /// How many positions of a sequence a probe takes for a while.
  package func positions(of defense: DefenseSettings) -> Int {
    header.count + defense.checkpointTokens
  }

  /// Whether what was said behind the header is a refusal.
  func refuses(_ text: String) -> Bool { isRefusal(text) }

  package static let missing = RESTAError.invalidSetting(
    "checkpoint_form header needs a chat template, whose header it writes, and a way to know refusals; "
      + "here is none. Use checkpoint_form vote.")

  static let streams = RESTAError.invalidSetting(
    "checkpoint_form header needs an engine that computes passes, and this one streams tokens: use "
      + "checkpoint_form vote.")

  private static func unknown(_ reason: String, _ cause: (any Error)?) -> RESTAError {
    let said = cause.map { " (\(($0 as? RESTAError)?.message ?? "\($0)"))" } ?? ""
    return RESTAError.invalidSetting(
      "checkpoint_form header does not go with this chat template: \(reason)\(said). Use "
        + "checkpoint_form vote.")
  }
}

extension DefenseSettings {
  /// Whether checkpoints open the assistant's turn again.
  package var probes: Bool { isActive && checkpointEvery != nil && checkpointForm == .header }

  /// How many checkpoints of an answer of so many tokens open the assistant's turn again, at most.
  ///
  /// Just so many where the window starts with the answer; one that opens later has fewer. An opening
  /// that counts as voted on brings them forward, and is not reckoned with.
  package func probeCount(of answer: Int) -> Int {
    guard probes, let every = checkpointEvery, case .tokens(let length) = prefix else { return 0 }
    return max(0, answer - 1 - length) / every
  }

  /// How many of an answer's tokens a copy takes, at most.
  ///
  /// All of them where it may have to vote behind the prefix: at a checkpoint, or in a window that opens later.
  package func copiedTokens(of answer: Int) -> Int {
    guard case .tokens(let count) = prefix, window == .start else { return answer }
    if let every = checkpointEvery, answer - count > every { return answer }
    return min(count, answer)
  }
}

/// What a checkpoint found that opened the assistant's turn again.
public struct ProbeRecord: Sendable, Hashable, Codable {
  /// The position of the answer in front of which it was taken, from 0.
  public var position: Int
  /// What the copies said, without a token that ends an answer.
  public var text: String
  /// One record for each of its tokens, with positions from 0.
  public var votes: [VoteRecord]
  /// Whether it reads as a refusal; the answer ended there then.
  public var isRefusal: Bool

  init(
    at position: Int, votes: [VoteRecord], of probe: CheckpointProbe, tokenizer: any Tokenizer
  ) {
    self.position = position
    self.votes = votes.enumerated().map { place, vote in
      var vote = vote
      vote.position = place
      return vote
    }
    let tokens = votes.compactMap(\.tokenID).filter { !tokenizer.isEndOfGeneration($0) }
    text = String(decoding: tokens.flatMap { tokenizer.bytes(of: $0) }, as: UTF8.self)
    isRefusal = probe.refuses(text)
  }
}
