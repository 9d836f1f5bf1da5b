import RESTA

/// Answers as bytes: the shape is that of the endpoint, the contents are what the reply may show.
struct AnswerFormat<Shape: ReplyShape>: Sendable {
  let shape: Shape
  let contents: ReplyContents

  /// The reply that holds all answers, in JSON.
  func whole(_ answers: [CollectedAnswer]) -> [UInt8] {
    let whole = answers.enumerated().map { index, answer in
      WholeAnswer(
        text: answer.result.text, reason: FinishReason(answer.result.stopReason),
        logProbabilities: contents.logProbabilities(of: answer.tokens),
        resta: contents.whole(answer.result, index))
    }
    return WireJSON.bytes(
      shape.whole(whole, usage: contents.usage(of: answers), settings: contents.settings))
  }

  /// The chunk that opens an answer.
  func opening(_ index: Int) -> [UInt8] {
    ServerSentEvent.data(
      shape.opening(choice: index, settings: contents.settings, resta: contents.opening(index)))
  }

  /// The chunk for a token; `nil` when there is nothing to show yet.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - index: Which answer it belongs to.
  ///   - offset: Where it begins in the answer, in Unicode scalars.
  /// - Returns: The event's bytes.
  func token(_ token: GeneratedToken, of index: Int, offset: Int) -> [UInt8]? {
    let piece = StreamedPiece(
      choice: index, text: token.text,
      logProbabilities: contents.logProbabilities(of: [token]), offset: offset,
      vote: contents.vote(of: token))
    guard !piece.text.isEmpty || piece.logProbabilities != nil || piece.vote != nil else {
      return nil
    }
    return ServerSentEvent.data(shape.text(piece))
  }

  /// The chunk for text alone.
  func text(_ text: String, of index: Int) -> [UInt8] {
    ServerSentEvent.data(shape.text(StreamedPiece(choice: index, text: text)))
  }

  /// The chunk that ends an answer.
  func closing(_ result: GenerationResult, of index: Int) -> [UInt8] {
    ServerSentEvent.data(
      shape.end(
        choice: index, reason: FinishReason(result.stopReason), resta: contents.closing(result)))
  }

  /// The chunk behind all answers that says what they used.
  func usage(answerTokens: Int) -> [UInt8] {
    ServerSentEvent.data(shape.usage(contents.usage(answerTokens: answerTokens)))
  }
}

/// An answer with what was noted of its tokens on the way.
struct CollectedAnswer: Sendable {
  /// The tokens, as they were generated; kept only where log-probabilities are asked for.
  var tokens: [GeneratedToken] = []
  /// The result.
  var result: GenerationResult
}
