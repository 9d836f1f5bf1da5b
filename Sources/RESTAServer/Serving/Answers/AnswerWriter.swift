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

  /// Waits for all answers.
  ///
  /// - Returns: The reply's JSON.
  /// - Throws: What ended the answers early.
  func whole() async throws -> [UInt8] {
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
      return format.whole(answers)
    }
  }

  /// Writes events as they come; what ends the answers early becomes the last event.
  ///
  /// - Parameter writer: Where to.
  /// - Throws: What writing throws: the client is gone.
  func stream(to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await run { events in
        var answerTokens = 0
        var offset = 0
        for try await event in events {
          switch event {
          case .started: offset = 0
          case .finished(_, let result): answerTokens += result.tokenIDs.count
          default: break
          }
          if let bytes = bytes(for: event, offset: offset) { try await write(bytes, to: &writer) }
          if case .token(_, let token) = event { offset += format.contents.scalars(in: token) }
        }
        if run.batch.answer.includesUsage {
          try await write(format.usage(answerTokens: answerTokens), to: &writer)
        }
      }
    } catch let failure as WriteFailure {
      throw failure.cause
    } catch {
      guard !run.gone.hasFired else { throw error }
      let error = APIError(error, log: logger)
      notes.add("error", error.code ?? error.type)
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
