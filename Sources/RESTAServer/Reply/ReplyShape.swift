import RESTA

/// Makes the replies of one endpoint, whole or in chunks: the endpoints differ in their shape only.
///
/// A stream has an opening and an end for each answer, any number of pieces between, and, where
/// ``includesUsage`` says so, one chunk with the usage behind all of them.
struct ReplyShape: Sendable {
  let endpoint: RequestField.Endpoint
  let head: ReplyHead
  /// Whether the stream ends with the usage; the other chunks then say that theirs is `null`.
  let includesUsage: Bool

  func whole(
    _ answers: [WholeAnswer], usage: ReplyUsage, settings: RestaSettings?
  ) -> ReplyObject {
    let choices = answers.enumerated().map { index, answer in
      ReplyChoice(
        index: index, text: endpoint == .completion ? answer.text : nil,
        message: endpoint == .chat ? ReplyChoice.Message(content: answer.text) : nil,
        logprobs: logProbabilities(answer.logProbabilities), finishReason: answer.reason,
        resta: answer.resta.unlessEmpty)
    }
    return ReplyObject(
      endpoint == .chat ? "chat.completion" : "text_completion", head, choices: choices,
      usage: Nullable(wrappedValue: usage), settings: settings)
  }

  /// The first chunk of an answer.
  func opening(choice: Int, settings: RestaSettings?, resta: RestaChoice) -> ReplyObject {
    let delta = ReplyChoice.Delta(role: "assistant", content: "")
    return chunk([piece(choice, delta, resta: resta)], settings: settings)
  }

  func text(_ text: StreamedPiece) -> ReplyObject {
    chunk([
      piece(
        text.choice, ReplyChoice.Delta(content: text.text),
        logprobs: logProbabilities(text.logProbabilities, offset: text.offset),
        resta: RestaChoice(vote: text.vote))
    ])
  }

  /// The last chunk of an answer.
  func end(choice: Int, reason: FinishReason, resta: RestaChoice) -> ReplyObject {
    chunk([piece(choice, ReplyChoice.Delta(), reason: reason, resta: resta)])
  }

  /// The chunk with the usage, which has no answers.
  func usage(_ usage: ReplyUsage) -> ReplyObject {
    chunk([], usage: Nullable(wrappedValue: usage))
  }

  private func piece(
    _ index: Int, _ delta: ReplyChoice.Delta, logprobs: ReplyLogProbabilities? = nil,
    reason: FinishReason? = nil, resta: RestaChoice
  ) -> ReplyChoice {
    ReplyChoice(
      index: index, text: endpoint == .completion ? delta.content ?? "" : nil,
      delta: endpoint == .chat ? delta : nil, logprobs: logprobs, finishReason: reason,
      resta: resta.unlessEmpty)
  }

  /// Unlike a chat's, a completion's chunks are called what the whole is.
  private func chunk(
    _ choices: [ReplyChoice], usage: Nullable<ReplyUsage>? = nil, settings: RestaSettings? = nil
  ) -> ReplyObject {
    let noUsage = includesUsage ? Nullable<ReplyUsage>(wrappedValue: nil) : nil
    return ReplyObject(
      endpoint == .chat ? "chat.completion.chunk" : "text_completion", head, choices: choices,
      usage: usage ?? noUsage, settings: settings)
  }

  private func logProbabilities(
    _ entries: [TokenLogProbability]?, offset: Int = 0
  ) -> ReplyLogProbabilities? {
    entries.map {
      endpoint == .chat
        ? ReplyLogProbabilities.chat(ChatLogProbabilities(content: $0))
        : .completion(CompletionLogProbabilities($0, offset: offset))
    }
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

/// An answer in a reply, or a piece of one in a chunk; what is `nil` and not ``Nullable`` is left out.
struct ReplyChoice: Encodable, Sendable {
  /// What the model says in a chat.
  struct Message: Encodable, Sendable {
    let role = "assistant"
    let content: String
    @Nullable var refusal: String?
  }

  /// What a chunk adds to that.
  struct Delta: Encodable, Sendable {
    var role: String?
    var content: String?
  }

  let index: Int
  /// What a completion says, or its chunk adds.
  var text: String?
  var message: Message?
  var delta: Delta?
  @Nullable var logprobs: ReplyLogProbabilities?
  @Nullable var finishReason: FinishReason?
  let resta: RestaChoice?
}

/// The log-probabilities of an answer, or of a piece of one.
enum ReplyLogProbabilities: Encodable, Sendable {
  case chat(ChatLogProbabilities)
  case completion(CompletionLogProbabilities)

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .chat(let value): try value.encode(to: encoder)
    case .completion(let value): try value.encode(to: encoder)
    }
  }
}

/// Log-probabilities in a chat's shape.
struct ChatLogProbabilities: Encodable, Sendable {
  let content: [TokenLogProbability]
  @Nullable var refusal: [TokenLogProbability]?
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
