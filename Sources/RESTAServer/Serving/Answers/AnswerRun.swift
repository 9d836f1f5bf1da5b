import RESTA
import ServiceLifecycle

/// Generates the answers of one request, and ends early when the client goes away, the time is up or
/// the server must stop.
struct AnswerRun: Sendable {
  /// The events in order; it throws what ended the answers early.
  typealias Events = AsyncThrowingStream<AnswerEvent, any Error>

  /// What is generated.
  let batch: AnswerBatch
  /// The right to do so.
  let ticket: AdmissionTicket
  /// Fires when the client is gone.
  let gone: OneShotSignal
  /// Fires when a stopping server waits no longer.
  let cut: OneShotSignal
  /// How long the answers may take.
  let limit: Duration
  /// How often ``AnswerEvent/idle`` comes.
  let keepAlive: Duration
  /// Told each result.
  let finished: @Sendable (GenerationResult) -> Void

  /// Generates; when this returns, the engine works no longer for it and the place is free again.
  ///
  /// Events are buffered, so a client that reads slowly does not hold its place for longer; what is
  /// buffered is bounded by the answers' length.
  ///
  /// - Parameter consume: Takes the events. When it returns or throws, generating stops.
  /// - Returns: What `consume` returns.
  /// - Throws: What `consume` throws.
  func callAsFunction<Value>(_ consume: (Events) async throws -> Value) async throws -> Value {
    defer { ticket.release() }
    let (events, source) = Events.makeStream()
    let hooks = [
      (gone, gone.add { source.finish(throwing: CancellationError()) }),
      (cut, cut.add { source.finish(throwing: APIError.shuttingDown) }),
    ]
    defer { for (signal, id) in hooks { signal.remove(id) } }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await generate(into: source)
          source.finish()
        } catch {
          source.finish(throwing: error)
        }
      }
      group.addTask {
        try await Task.sleep(for: limit)
        source.finish(throwing: APIError.timedOut(after: limit / .seconds(1)))
      }
      group.addTask {
        while true {
          try await Task.sleep(for: keepAlive)
          source.yield(.idle)
        }
      }
      // What throws in the children is their cancellation.
      defer { group.cancelAll() }
      return try await consume(events)
    }
  }

  private func generate(into source: Events.Continuation) async throws {
    for (index, generation) in batch.generations.enumerated() {
      source.yield(.started(index))
      for try await event in generation {
        switch event {
        case .token(let token): source.yield(.token(index, token))
        case .text(let text): source.yield(.text(index, text))
        case .finished(let result):
          finished(result)
          source.yield(.finished(index, result))
        }
      }
    }
  }
}
