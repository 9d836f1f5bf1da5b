import RESTA

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
