import RESTA

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
  /// What is new.
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
