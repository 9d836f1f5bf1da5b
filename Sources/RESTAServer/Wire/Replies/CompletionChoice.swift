import RESTA

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
