import RESTA
import Synchronization

/// Generates the answers of one request, and ends early when the client goes away, the time is up or
/// the server must stop.
struct AnswerRun: Sendable {
  /// The events in order; it throws what ended the answers early.
  typealias Events = AsyncThrowingStream<AnswerEvent, any Error>

  let batch: AnswerBatch
  /// The right to do so.
  let ticket: AdmissionTicket
  /// Fires when the client is gone.
  let gone: OneShotSignal
  /// Fires when a stopping server waits no longer.
  let cut: OneShotSignal
  /// How long the answers may take.
  let limit: Duration
  let keepAlive: Duration
  /// Told each answer that is complete, in one piece; of a stream that broke off, in the pieces it was sent in.
  let sent: @Sendable ([String]) -> Void
  /// Told each result and its index.
  let finished: @Sendable (Int, GenerationResult) -> Void

  /// Generates.
  ///
  /// The place is free again when generating has ended, whether or not the events are read: they are buffered, up to
  /// the answers' length, so that a client that does not read holds no place.
  func callAsFunction<Value>(_ consume: (Events) async throws -> Value) async throws -> Value {
    let (events, source) = Events.makeStream()
    let work = Task {
      var texts: [[String]] = []
      do {
        try await generate(into: source, &texts)
        source.finish()
      } catch {
        source.finish(throwing: error)
      }
      ticket.release()
      return texts
    }
    let stop: @Sendable (any Error) -> Void = { reason in
      source.finish(throwing: reason)
      work.cancel()
    }
    let clock = Task {
      try await Task.sleep(for: limit)
      stop(APIError.timedOut(after: limit / .seconds(1)))
    }
    let pulse = Task {
      while true {
        try await Task.sleep(for: keepAlive)
        source.yield(.idle)
      }
    }
    let hooks = [
      (gone, gone.add { stop(CancellationError()) }),
      (cut, cut.add { stop(APIError.shuttingDown) }),
    ]
    defer {
      for (signal, id) in hooks { signal.remove(id) }
      clock.cancel()
      pulse.cancel()
    }
    return try await withTaskCancellationHandler {
      do {
        let value = try await consume(events)
        _ = await work.value
        return value
      } catch {
        work.cancel()
        // Of a stream the client has some beginning, and may go on from there.
        for pieces in await work.value where batch.answer.isStreamed { sent(pieces) }
        throw error
      }
    } onCancel: {
      stop(CancellationError())
    }
  }

  /// Generates the answers, and keeps their text in the pieces it came in; the first of them reaches up to a vote,
  /// for nobody may go on from what came before the window opened alone.
  private func generate(into source: Events.Continuation, _ texts: inout [[String]]) async throws {
    for (index, generation) in batch.generations.enumerated() {
      source.yield(.started(index))
      texts.append([])
      var beginning = ""
      for try await event in generation {
        switch event {
        case .token(let token):
          beginning += token.text
          if token.vote != nil || !texts[index].isEmpty || !batch.defense.isActive {
            texts[index].append(beginning)
            beginning = ""
          }
          source.yield(.token(index, token))
        case .text(let rest):
          texts[index].append(beginning + rest)
          source.yield(.text(index, rest))
        case .finished(let result):
          // First: the client may go on from it at once.
          sent([result.text])
          finished(index, result)
          source.yield(.finished(index, result))
        }
      }
    }
  }
}

/// What happens while the answers of one request are generated, one answer after the other.
enum AnswerEvent: Sendable {
  /// The answer with this index begins; nothing is computed yet.
  case started(Int)
  /// A token of it.
  case token(Int, GeneratedToken)
  /// Text of it that became certain without another token.
  case text(Int, String)
  /// Its end.
  case finished(Int, GenerationResult)
  /// Nothing happened for a while.
  case idle
}

/// Tells that a client is gone, or that the server must end its answer.
///
/// It fires once; who asks later is told at once.
final class OneShotSignal: Sendable {
  private struct State {
    var hasFired = false
    var lastID = 0
    var handlers: [Int: @Sendable () -> Void] = [:]
  }

  // Invariant: no handler is left once it has fired.
  private let state = Mutex(State())

  var hasFired: Bool { state.withLock { $0.hasFired } }

  /// Runs all handlers; calling it again does nothing.
  func fire() {
    let handlers = state.withLock { state in
      state.hasFired = true
      defer { state.handlers = [:] }
      return state.handlers
    }
    for handler in handlers.values { handler() }
  }

  /// Runs a handler when it fires, or now when it has.
  func add(_ handler: @escaping @Sendable () -> Void) -> Int {
    let id = state.withLock { state -> Int? in
      guard !state.hasFired else { return nil }
      state.lastID += 1
      state.handlers[state.lastID] = handler
      return state.lastID
    }
    guard let id else {
      handler()
      return 0
    }
    return id
  }

  func remove(_ id: Int) {
    state.withLock { $0.handlers[id] = nil }
  }

  /// Runs work that the signal cancels; it throws `CancellationError` when it heeds that.
  func cancelling<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task(operation: work)
    let id = add { task.cancel() }
    defer { remove(id) }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
