import RESTA

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
