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

  /// What all chunks share.
  var head: ReplyHead { get }
  /// Whether the stream ends with the usage; the other chunks then say that theirs is `null`.
  var includesUsage: Bool { get }

  /// The whole reply.
  ///
  /// - Parameters:
  ///   - answers: The answers, by index; the first prompt's first.
  ///   - usage: The tokens.
  ///   - settings: The defence, or `nil` when the operator does not show it.
  /// - Returns: The reply.
  func whole(_ answers: [WholeAnswer], usage: ReplyUsage, settings: RestaSettings?) -> Whole

  /// The first chunk of an answer.
  ///
  /// - Parameters:
  ///   - choice: The answer's index.
  ///   - settings: The defence, in the first chunk of the whole stream, if it is shown.
  ///   - resta: What is told about the defence: the prompt's tokens.
  /// - Returns: The chunk.
  func opening(choice: Int, settings: RestaSettings?, resta: RestaChoice) -> Chunk

  /// A chunk with text.
  ///
  /// - Parameter piece: The text and what belongs to it.
  /// - Returns: The chunk.
  func text(_ piece: StreamedPiece) -> Chunk

  /// The last chunk of an answer.
  ///
  /// - Parameters:
  ///   - choice: The answer's index.
  ///   - reason: Why it ended.
  ///   - resta: What is told about the defence: seeds and cost.
  /// - Returns: The chunk.
  func end(choice: Int, reason: FinishReason, resta: RestaChoice) -> Chunk

  /// The chunk with the usage, which has no answers.
  ///
  /// - Parameter usage: The tokens.
  /// - Returns: The chunk.
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
  /// Its text.
  var text: String
  /// Why it ended.
  var reason: FinishReason
  /// One entry a token; `nil` when they were not asked for.
  var logProbabilities: [TokenLogProbability]?
  /// What is told about the defence.
  var resta = RestaChoice()
}

/// A piece of an answer as it is sent.
struct StreamedPiece: Sendable {
  /// The answer's index.
  var choice: Int
  /// The text; empty for a token whose text is not certain yet.
  var text: String
  /// One entry for each token of the piece, none for text without one; `nil` when they were not asked
  /// for.
  var logProbabilities: [TokenLogProbability]?
  /// Where the piece's first token begins in the answer, in Unicode scalars; only completions with
  /// log-probabilities tell.
  var offset = 0
  /// How the token was voted for, if that is told.
  var vote: VoteReport?
}
