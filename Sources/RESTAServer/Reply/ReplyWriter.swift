import Hummingbird
import Logging
import NIOCore
import RESTA

/// Sends the answers of a request: as one JSON object, or as server-sent events.
struct AnswerWriter: Sendable {
  let run: AnswerRun
  let shape: ReplyShape
  /// What of the defence may be shown.
  let contents: ReplyContents
  let logger: Logger
  let notes: RequestNotes

  /// Waits for all answers; throws what ended them early.
  func whole() async throws -> (body: [UInt8], votedFrom: [Int?]) {
    let keepsTokens = run.batch.answer.logProbabilities != nil
    return try await run { events in
      var tokens: [GeneratedToken] = []
      var usage = contents.usage
      var answers: [WholeAnswer] = []
      var votedFrom: [Int?] = []
      for try await event in events {
        switch event {
        case .started, .text, .idle: break
        case .token(_, let token): if keepsTokens { tokens.append(token) }
        // Answers come one after the other, in their order.
        case .finished(let index, let result):
          answers.append(
            WholeAnswer(
              text: result.text, reason: FinishReason(result.stopReason),
              logProbabilities: contents.logProbabilities(of: tokens),
              resta: contents.whole(result, index)))
          usage.add(result, isFirst: contents.isFirst(index))
          votedFrom.append(result.votedFrom)
          tokens = []
        }
      }
      let reply = shape.whole(answers, usage: usage, settings: contents.settings)
      return (WireJSON.bytes(reply), votedFrom)
    }
  }

  /// Writes events as they come; what ends the answers early becomes the last event, and only writing throws: the
  /// client is gone.
  func stream(to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await run { events in
        var usage = contents.usage
        var offset = 0
        for try await event in events {
          switch event {
          case .started: offset = 0
          case .finished(let index, let result):
            usage.add(result, isFirst: contents.isFirst(index))
          default: break
          }
          if let bytes = bytes(for: event, offset: offset) { try await write(bytes, to: &writer) }
          if case .token(_, let token) = event { offset += contents.scalars(in: token) }
        }
        if shape.includesUsage {
          try await write(ServerSentEvent.data(shape.usage(usage)), to: &writer)
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

  /// What a stream says of an event; `nil` for a token with nothing to show yet.
  private func bytes(for event: AnswerEvent, offset: Int) -> [UInt8]? {
    let chunk: ReplyObject
    switch event {
    case .idle: return ServerSentEvent.keepAlive
    case .started(let index):
      chunk = shape.opening(
        choice: index, settings: contents.settings, resta: contents.opening(index))
    case .token(let index, let token):
      let piece = StreamedPiece(
        choice: index, text: token.text,
        logProbabilities: contents.logProbabilities(of: [token]), offset: offset,
        vote: contents.vote(of: token))
      guard !piece.text.isEmpty || piece.logProbabilities != nil || piece.vote != nil else {
        return nil
      }
      chunk = shape.text(piece)
    case .text(let index, let text):
      chunk = shape.text(StreamedPiece(choice: index, text: text))
    case .finished(let index, let result):
      chunk = shape.end(
        choice: index, reason: FinishReason(result.stopReason), resta: contents.closing(result))
    }
    return ServerSentEvent.data(chunk)
  }
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
    let headers: [(String, String)] = [
      ("x-resta-noise", defense.noise.kind.rawValue),
      ("x-resta-sigma", "\(defense.noise.sigma.value)"),
      ("x-resta-sigma-unit", defense.noise.sigma.unit.rawValue),
      ("x-resta-samples", "\(defense.samples)"),
      ("x-resta-prefix", "\(PrefixReport(defense.prefix))"),
      ("x-resta-sticky", batch.sticky.value.text ?? ""),
      ("x-resta-calibration", batch.calibration.rawValue),
    ]
    guard defense.window != .start else { return headers }
    let places = votedFrom?.map { place in place.map { "\($0)" } ?? "never" }
    return headers + [("x-resta-window", places?.joined(separator: ",") ?? "pending")]
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
