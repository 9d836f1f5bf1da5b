import Hummingbird
import Logging
import NIOCore
import RESTA

/// Sends the answers of a request: as one JSON object, or as server-sent events.
struct AnswerWriter<Shape: ReplyShape>: Sendable {
  let run: AnswerRun
  let format: AnswerFormat<Shape>
  let logger: Logger
  let notes: RequestNotes

  /// Waits for all answers; throws what ended them early.
  func whole() async throws -> (body: [UInt8], votedFrom: [Int?]) {
    let keepsTokens = run.batch.answer.logProbabilities != nil
    return try await run { events in
      var tokens: [GeneratedToken] = []
      var answers: [CollectedAnswer] = []
      for try await event in events {
        switch event {
        case .started, .text, .idle: break
        case .token(_, let token): if keepsTokens { tokens.append(token) }
        // Answers come one after the other, in their order.
        case .finished(_, let result):
          answers.append(CollectedAnswer(tokens: tokens, result: result))
          tokens = []
        }
      }
      return (format.whole(answers), answers.map(\.result.votedFrom))
    }
  }

  /// Writes events as they come; what ends the answers early becomes the last event, and only writing throws: the
  /// client is gone.
  func stream(to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await run { events in
        var usage = format.contents.usage
        var offset = 0
        for try await event in events {
          switch event {
          case .started: offset = 0
          case .finished(let index, let result):
            usage.add(result, isFirst: format.contents.isFirst(index))
          default: break
          }
          if let bytes = bytes(for: event, offset: offset) { try await write(bytes, to: &writer) }
          if case .token(_, let token) = event { offset += format.contents.scalars(in: token) }
        }
        if run.batch.answer.includesUsage {
          try await write(format.usage(usage), to: &writer)
        }
      }
    } catch let failure as WriteFailure {
      throw failure.cause
    } catch {
      guard !run.gone.hasFired else { throw error }
      let error = APIError(error, log: logger)
      notes.add("error", error.code ?? error.type)
      notes.failure = error.status
      try await write(ServerSentEvent.data(ErrorReply(error)), to: &writer)
    }
    try await write(ServerSentEvent.done, to: &writer)
  }

  /// What is wrong with the connection is not wrong with the answer.
  private struct WriteFailure: Error {
    let cause: any Error
  }

  private func write(_ bytes: [UInt8], to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await writer.write(ByteBuffer(bytes: bytes))
    } catch {
      throw WriteFailure(cause: error)
    }
  }

  private func bytes(for event: AnswerEvent, offset: Int) -> [UInt8]? {
    switch event {
    case .started(let index): format.opening(index)
    case .token(let index, let token): format.token(token, of: index, offset: offset)
    case .text(let index, let text): format.text(text, of: index)
    case .finished(let index, let result): format.closing(result, of: index)
    case .idle: ServerSentEvent.keepAlive
    }
  }
}

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
  func usage(_ usage: ReplyUsage) -> [UInt8] { ServerSentEvent.data(shape.usage(usage)) }
}

/// An answer with what was noted of its tokens on the way.
struct CollectedAnswer: Sendable {
  /// The tokens, as they were generated; kept only where log-probabilities are asked for.
  var tokens: [GeneratedToken] = []
  var result: GenerationResult
}

/// What a reply may show of the defence, by what the operator allows and the request asks for.
struct ReplyContents: Sendable {
  let batch: AnswerBatch
  let exposure: Exposure
  let tokenizer: any Tokenizer

  /// The defence; `nil` when it is not shown.
  var settings: RestaSettings? {
    exposure >= .settings
      ? RestaSettings(
        defense: batch.defense, sticky: batch.sticky, calibration: batch.calibration) : nil
  }

  /// The defence in headers.
  ///
  /// Of a streamed reply these are sent before anything is known of a window that follows a text: they
  /// then promise no votes, and the answer ends with an error if it never opens. `votedFrom` has one
  /// position for each answer of a whole reply.
  func headers(votedFrom: [Int?]?) -> [(String, String)] {
    guard exposure >= .settings else { return [] }
    let defense = batch.defense
    guard defense.isActive else { return [("x-resta-noise", NoiseKind.none.rawValue)] }
    let isLater = defense.window != .start
    let window = votedFrom.map { $0.map { $0.map { "\($0)" } ?? "never" }.joined(separator: ",") }
    return [
      ("x-resta-noise", defense.noise.kind.rawValue),
      ("x-resta-sigma", "\(defense.noise.sigma.value)"),
      ("x-resta-sigma-unit", defense.noise.sigma.unit.rawValue),
      ("x-resta-samples", "\(defense.samples)"),
      ("x-resta-prefix", "\(PrefixReport(defense.prefix))"),
      ("x-resta-sticky", batch.sticky.value.text ?? ""),
      ("x-resta-calibration", batch.calibration.rawValue),
    ] + (isLater ? [("x-resta-window", window ?? "pending")] : [])
  }

  /// The policy has refused to show votes where the operator does not.
  private var showsVotes: Bool { batch.answer.defense.votes }

  /// What the first chunk of an answer shows.
  func opening(_ index: Int) -> RestaChoice { RestaChoice(prompt: prompt(index)) }

  /// What the last chunk of an answer shows.
  func closing(_ result: GenerationResult) -> RestaChoice {
    var choice = RestaChoice()
    if exposure >= .settings, batch.defense.window != .start { choice.votedFrom = result.votedFrom }
    if exposure >= .cost { choice.cost = TotalsReport(result.totals) }
    if showsVotes {
      // Noise that will be drawn again is a secret; noise that was drawn once is not.
      choice.seed = batch.sticky == .off ? result.settings.defense.seed : nil
      choice.samplingSeed = result.settings.samplingSeed
      if batch.defense.probes {
        choice.probes = result.probes.map { ProbeReport($0, tokenizer: tokenizer) }
      }
    }
    return choice
  }

  /// What an answer that comes in one piece shows.
  func whole(_ result: GenerationResult, _ index: Int) -> RestaChoice {
    var choice = closing(result)
    choice.prompt = prompt(index)
    if showsVotes {
      choice.votes = result.votes.map { VoteReport($0, tokenizer: tokenizer) }
    }
    return choice
  }

  /// The vote for a token; `nil` when there was none, or it is not shown.
  func vote(of token: GeneratedToken) -> VoteReport? {
    showsVotes ? token.vote.map { VoteReport($0, tokenizer: tokenizer) } : nil
  }

  /// Log-probabilities; `nil` when they are not asked for.
  func logProbabilities(of tokens: [GeneratedToken]) -> [TokenLogProbability]? {
    guard let count = batch.answer.logProbabilities else { return nil }
    return tokens.compactMap {
      TokenLogProbability($0, alternatives: count, tokenizer: tokenizer)
    }
  }

  /// How far a token moves the offset of the next one, as ``CompletionLogProbabilities`` counts it.
  func scalars(in token: GeneratedToken) -> Int {
    CompletionLogProbabilities.scalars(in: tokenizer.bytes(of: token.id))
  }

  func usage(of answers: [CollectedAnswer]) -> ReplyUsage {
    answers.enumerated().reduce(into: usage) { usage, answer in
      usage.add(answer.element.result, isFirst: isFirst(answer.offset))
    }
  }

  /// Whether an answer is the first one to its prompt, which counts once.
  func isFirst(_ index: Int) -> Bool { index % batch.answer.choices == 0 }

  /// What is used before there is an answer; with what is kept, where there is a conversation to keep and
  /// anything of the defence is shown.
  var usage: ReplyUsage {
    let showsKept = exposure >= .settings && batch.sticky == .conversation
    return ReplyUsage(
      promptTokens: batch.cost.promptTokens.reduce(0, +), completionTokens: 0,
      cachedTokens: showsKept ? 0 : nil)
  }

  private func prompt(_ index: Int) -> [RestaPromptToken]? {
    guard showsVotes else { return nil }
    return RestaPromptToken.list(
      batch.generations[index].prompt, defense: batch.defense, tokenizer: tokenizer)
  }
}
