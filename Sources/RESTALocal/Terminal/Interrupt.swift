package import Foundation
import Synchronization
import UnixSignals

/// Ctrl-C and kill: the first one cancels the running task, which then cleans up; the second one ends the process.
package enum Interrupt {
  private struct State {
    /// What an interrupt does now: the last one counts.
    var handlers: [@Sendable () -> Void] = []
    /// What an interrupt does instead of all else.
    var exclusive: (@Sendable () -> Void)?
    var wasInterrupted = false
  }

  // Invariant: what an interrupt does is changed by `change` alone.
  private static let state = Mutex(State())

  /// Listens for as long as the process lives; started on first use.
  private static let listener = Task.detached {
    for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
      interrupt(endsAll: signal == .sigterm)
    }
  }

  /// Runs work that an interrupt cancels; then it throws `CancellationError`.
  package static func run<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    _ = listener
    let task = Task(operation: work)
    change { $0.handlers.append { task.cancel() } }
    defer { pop() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Runs work that ends by itself once it is asked to: an interrupt cancels nothing, and the second one ends the
  /// process.
  package static func asking<Value: Sendable>(
    _ ask: @escaping @Sendable () -> Void, _ work: @Sendable () async throws -> Value
  ) async throws -> Value {
    _ = listener
    change { $0.exclusive = ask }
    defer { change { $0.exclusive = nil } }
    return try await work()
  }

  /// Runs something that waits for input and cannot be cancelled: an interrupt ends the process, after `cleanup`.
  ///
  /// It runs on a thread of its own: on a machine with one CPU, blocking one of Swift's would keep the listener from
  /// running.
  package static func whileBlocked<Value: Sendable>(
    cleanup: @escaping @Sendable () -> Void = {}, _ work: @escaping @Sendable () -> Value
  ) async -> Value {
    _ = listener
    change {
      $0.handlers.append {
        cleanup()
        CommandLineTool.end(130)
      }
    }
    defer { pop() }
    return await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: work()) }.start()
    }
  }

  /// All of the standard input.
  package static func readInput() async throws -> Data {
    try await whileBlocked { Result { try FileHandle.standardInput.readToEnd() ?? Data() } }.get()
  }

  private static func pop() { change { _ = $0.handlers.popLast() } }

  /// Changes what an interrupt does: the next one is the first again.
  private static func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      state.wasInterrupted = false
    }
  }

  /// Ctrl-C stops what runs now, which may be one answer of a chat; a kill stops the command.
  private static func interrupt(endsAll: Bool) {
    let handlers = state.withLock { state in
      defer { state.wasInterrupted = true }
      if state.wasInterrupted { return [@Sendable () -> Void]() }
      if let exclusive = state.exclusive { return [exclusive] }
      return endsAll ? state.handlers.reversed() : state.handlers.suffix(1)
    }
    guard !handlers.isEmpty else { CommandLineTool.end(130) }
    for handler in handlers { handler() }
  }
}
