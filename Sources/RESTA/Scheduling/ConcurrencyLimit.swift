import Synchronization

/// Lets only so many tasks do something at the same time, first come, first served.
package final class ConcurrencyLimit: Sendable {
  private struct Waiter {
    var ticket: UInt64
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var free: Int
    var tickets: UInt64 = 0
    var waiting: [Waiter] = []
  }

  // Invariant: nobody waits while a permit is free.
  private let state: Mutex<State>

  package init(_ permits: Int) { state = Mutex(State(free: permits)) }

  /// Does something once there is room.
  package func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
    try await acquire()
    defer { release() }
    return try await work()
  }

  private func acquire() async throws {
    let ticket = state.withLock { state in
      state.tickets += 1
      return state.tickets
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enter(Waiter(ticket: ticket, continuation: continuation))
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let index = state.waiting.firstIndex { $0.ticket == ticket }
        return index.map { state.waiting.remove(at: $0) }
      }
      waiter?.continuation.resume(throwing: CancellationError())
    }
  }

  private func enter(_ waiter: Waiter) {
    let outcome: Result<Void, any Error>? = state.withLock { state in
      // Inside the lock: a task that is cancelled later finds its waiter in the list.
      if Task.isCancelled { return .failure(CancellationError()) }
      if state.free > 0 {
        state.free -= 1
        return .success(())
      }
      state.waiting.append(waiter)
      return nil
    }
    if let outcome { waiter.continuation.resume(with: outcome) }
  }

  private func release() {
    let waiter: Waiter? = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    waiter?.continuation.resume()
  }
}
