import RESTA

/// Makes the replies of one kind of request, whole or in chunks: the kinds differ in their shape only.
///
/// A stream has an opening and an end for each answer, any number of pieces between, and, where
/// ``includesUsage`` says so, one chunk with the usage behind all of them.
protocol ReplyShape: Sendable {
  /// A whole reply.
  associatedtype Whole: Encodable & Sendable
  /// A chunk of a streamed one.
  associatedtype Chunk: Encodable & Sendable

  var head: ReplyHead { get }
  /// Whether the stream ends with the usage; the other chunks then say that theirs is `null`.
  var includesUsage: Bool { get }

  func whole(_ answers: [WholeAnswer], usage: ReplyUsage, settings: RestaSettings?) -> Whole

  /// The first chunk of an answer.
  func opening(choice: Int, settings: RestaSettings?, resta: RestaChoice) -> Chunk

  func text(_ piece: StreamedPiece) -> Chunk

  /// The last chunk of an answer.
  func end(choice: Int, reason: FinishReason, resta: RestaChoice) -> Chunk

  /// The chunk with the usage, which has no answers.
  func usage(_ usage: ReplyUsage) -> Chunk
}

extension ReplyShape {
  /// What a chunk with answers writes as its usage: nothing, or `null`.
  var noUsage: Nullable<ReplyUsage>? {
    includesUsage ? Nullable(wrappedValue: nil) : nil
  }
}

/// An answer that is sent when it is complete.
struct WholeAnswer: Sendable {
  var text: String
  var reason: FinishReason
  /// One entry a token; `nil` when they were not asked for.
  var logProbabilities: [TokenLogProbability]?
  /// What is told about the defence.
  var resta = RestaChoice()
}

/// A piece of an answer as it is sent.
struct StreamedPiece: Sendable {
  var choice: Int
  /// The text; empty for a token whose text is not certain yet.
  var text: String
  /// One entry for each token of the piece, none for text without one; `nil` when they were not asked for.
  var logProbabilities: [TokenLogProbability]?
  /// Where the piece's first token begins in the answer, in Unicode scalars; only completions with
  /// log-probabilities tell.
  var offset = 0
  /// How the token was voted for, if that is told.
  var vote: VoteReport?
}

/// Makes the replies to chat requests.
struct ChatShape: ReplyShape {
  let head: ReplyHead
  let includesUsage: Bool

  func whole(
    _ answers: [WholeAnswer], usage: ReplyUsage, settings: RestaSettings?
  ) -> ReplyObject<ChatChoice> {
    let choices = answers.enumerated().map { index, answer in
      ChatChoice(
        index: index, message: ChatChoice.Message(content: answer.text),
        logprobs: answer.logProbabilities.map { ChatLogProbabilities(content: $0) },
        finishReason: answer.reason, resta: answer.resta.unlessEmpty)
    }
    return ReplyObject(
      "chat.completion", head, choices: choices, usage: Nullable(wrappedValue: usage),
      settings: settings)
  }

  func opening(
    choice: Int, settings: RestaSettings?, resta: RestaChoice
  ) -> ReplyObject<ChatPiece> {
    let delta = ChatPiece.Delta(role: "assistant", content: "")
    return chunk(
      [ChatPiece(index: choice, delta: delta, resta: resta.unlessEmpty)], settings: settings)
  }

  func text(_ piece: StreamedPiece) -> ReplyObject<ChatPiece> {
    chunk([
      ChatPiece(
        index: piece.choice, delta: ChatPiece.Delta(content: piece.text),
        logprobs: piece.logProbabilities.map { ChatLogProbabilities(content: $0) },
        resta: RestaChoice(vote: piece.vote).unlessEmpty)
    ])
  }

  func end(choice: Int, reason: FinishReason, resta: RestaChoice) -> ReplyObject<ChatPiece> {
    chunk([
      ChatPiece(
        index: choice, delta: ChatPiece.Delta(), finishReason: reason, resta: resta.unlessEmpty)
    ])
  }

  func usage(_ usage: ReplyUsage) -> ReplyObject<ChatPiece> {
    chunk([], usage: Nullable(wrappedValue: usage))
  }

  private func chunk(
    _ choices: [ChatPiece], usage: Nullable<ReplyUsage>? = nil, settings: RestaSettings? = nil
  ) -> ReplyObject<ChatPiece> {
    ReplyObject(
      "chat.completion.chunk", head, choices: choices, usage: usage ?? noUsage, settings: settings)
  }
}

/// Makes the replies to completion requests.
struct CompletionShape: ReplyShape {
  let head: ReplyHead
  let includesUsage: Bool

  func whole(
    _ answers: [WholeAnswer], usage: ReplyUsage, settings: RestaSettings?
  ) -> ReplyObject<CompletionChoice> {
    let choices = answers.enumerated().map { index, answer in
      CompletionChoice(
        text: answer.text, index: index,
        logprobs: answer.logProbabilities.map { CompletionLogProbabilities($0) },
        finishReason: answer.reason, resta: answer.resta.unlessEmpty)
    }
    return object(choices, usage: Nullable(wrappedValue: usage), settings: settings)
  }

  func opening(
    choice: Int, settings: RestaSettings?, resta: RestaChoice
  ) -> ReplyObject<CompletionPiece> {
    object(
      [CompletionPiece(index: choice, resta: resta.unlessEmpty)], usage: noUsage,
      settings: settings)
  }

  func text(_ piece: StreamedPiece) -> ReplyObject<CompletionPiece> {
    let logProbabilities = piece.logProbabilities.map {
      CompletionLogProbabilities($0, offset: piece.offset)
    }
    let choice = CompletionPiece(
      text: piece.text, index: piece.choice, logprobs: logProbabilities,
      resta: RestaChoice(vote: piece.vote).unlessEmpty)
    return object([choice], usage: noUsage)
  }

  func end(choice: Int, reason: FinishReason, resta: RestaChoice) -> ReplyObject<CompletionPiece> {
    object(
      [CompletionPiece(index: choice, finishReason: reason, resta: resta.unlessEmpty)],
      usage: noUsage)
  }

  func usage(_ usage: ReplyUsage) -> ReplyObject<CompletionPiece> {
    object([], usage: Nullable(wrappedValue: usage))
  }

  /// Unlike a chat's, a completion's chunks are called what the whole is.
  private func object<Choice>(
    _ choices: [Choice], usage: Nullable<ReplyUsage>?, settings: RestaSettings? = nil
  ) -> ReplyObject<Choice> {
    ReplyObject("text_completion", head, choices: choices, usage: usage, settings: settings)
  }
}

/// An answer in a chat's reply.
struct ChatChoice: Encodable, Sendable {
  /// What the model says.
  struct Message: Encodable, Sendable {
    let role = "assistant"
    let content: String
    @Nullable var refusal: String?
  }

  let index: Int
  let message: Message
  @Nullable var logprobs: ChatLogProbabilities?
  let finishReason: FinishReason
  let resta: RestaChoice?
}

/// A piece of an answer in a chunk of a streamed chat.
struct ChatPiece: Encodable, Sendable {
  struct Delta: Encodable, Sendable {
    var role: String?
    var content: String?
  }

  let index: Int
  let delta: Delta
  @Nullable var logprobs: ChatLogProbabilities?
  @Nullable var finishReason: FinishReason?
  var resta: RestaChoice?
}

/// The log-probabilities of a chat's answer, or of a piece of one.
struct ChatLogProbabilities: Encodable, Sendable {
  let content: [TokenLogProbability]
  @Nullable var refusal: [TokenLogProbability]?
}

/// An answer in a completion's reply.
struct CompletionChoice: Encodable, Sendable {
  let text: String
  let index: Int
  @Nullable var logprobs: CompletionLogProbabilities?
  let finishReason: FinishReason
  let resta: RestaChoice?
}

/// A piece of an answer in a chunk of a streamed completion.
struct CompletionPiece: Encodable, Sendable {
  var text = ""
  let index: Int
  @Nullable var logprobs: CompletionLogProbabilities?
  @Nullable var finishReason: FinishReason?
  var resta: RestaChoice?
}

/// Why an answer ended, in OpenAI's words.
enum FinishReason: String, Encodable, Sendable {
  case stop
  case length
  case contentFilter = "content_filter"

  init(_ reason: StopReason) {
    switch reason {
    case .endOfGeneration, .stopString: self = .stop
    case .maximumTokens, .contextFull: self = .length
    case .abstained, .checkpoint, .checkpointRefusal: self = .contentFilter
    }
  }
}
