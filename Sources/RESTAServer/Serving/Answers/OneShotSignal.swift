import Synchronization

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

  /// Whether it has fired.
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
  ///
  /// - Parameter handler: Must be quick; it runs where the signal is fired.
  /// - Returns: What ``remove(_:)`` takes; the handler is kept until then.
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

  /// Forgets a handler.
  func remove(_ id: Int) {
    state.withLock { $0.handlers[id] = nil }
  }

  /// Runs work that the signal cancels.
  ///
  /// - Parameter work: What runs, in a task of its own.
  /// - Returns: What it returns.
  /// - Throws: What it throws; `CancellationError` when it heeds the cancellation.
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
