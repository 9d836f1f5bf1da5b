/// An answer in a chat's reply.
struct ChatChoice: Encodable, Sendable {
  /// What the model says.
  struct Message: Encodable, Sendable {
    let role = "assistant"
    let content: String
    @NullWritten var refusal: String?
  }

  let index: Int
  let message: Message
  @NullWritten var logprobs: ChatLogProbabilities?
  let finishReason: FinishReason
  let resta: RestaChoice?
}

/// A piece of an answer in a chunk of a streamed chat.
struct ChatPiece: Encodable, Sendable {
  /// What is new.
  struct Delta: Encodable, Sendable {
    var role: String?
    var content: String?
  }

  let index: Int
  let delta: Delta
  @NullWritten var logprobs: ChatLogProbabilities?
  @NullWritten var finishReason: FinishReason?
  var resta: RestaChoice?
}

/// The log-probabilities of a chat's answer, or of a piece of one.
struct ChatLogProbabilities: Encodable, Sendable {
  let content: [TokenLogProbability]
  @NullWritten var refusal: [TokenLogProbability]?
}
