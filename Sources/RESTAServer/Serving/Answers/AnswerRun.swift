import RESTA

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
  /// Told each result and its index.
  let finished: @Sendable (Int, GenerationResult) -> Void

  /// Generates.
  ///
  /// The place is free again when generating has ended, whether or not the events are read: they are
  /// buffered, up to the answers' length, so that a client that does not read holds no place.
  ///
  /// - Parameter consume: Takes the events. When it returns or throws, generating stops, and the engine
  ///   works no longer for it when this returns.
  /// - Returns: What `consume` returns.
  /// - Throws: What `consume` throws.
  func callAsFunction<Value>(_ consume: (Events) async throws -> Value) async throws -> Value {
    let (events, source) = Events.makeStream()
    let work = Task {
      do {
        try await generate(into: source)
        source.finish()
      } catch {
        source.finish(throwing: error)
      }
      ticket.release()
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
        await work.value
        return value
      } catch {
        work.cancel()
        await work.value
        throw error
      }
    } onCancel: {
      stop(CancellationError())
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
          finished(index, result)
          source.yield(.finished(index, result))
        }
      }
    }
  }
}
