import Synchronization

/// Lets so many requests generate at once, makes so many others wait in line, and refuses the rest.
///
/// Refusing early is what keeps a server alive under load: a client that is told to come back costs
/// nothing, one that waits holds a connection and its prompt.
final class AdmissionQueue: Sendable {
  private struct Waiting {
    var id: Int
    var continuation: CheckedContinuation<AdmissionTicket, any Error>
    var timer: Task<Void, Never>?
  }

  private struct State {
    var running = 0
    var waiting: [Waiting] = []
    var lastID = 0
    var isClosed = false
    /// How long a place is held, in seconds, smoothed; `nil` before the first one came back.
    var typicalSeconds: Double?
  }

  private let concurrency: Int
  private let capacity: Int
  private let patience: Duration
  private let changed: @Sendable (_ running: Int, _ waiting: Int) -> Void
  // Invariant: somebody waits only while all places are taken.
  private let state = Mutex(State())

  init(
    concurrency: Int, capacity: Int, patience: Duration,
    changed: @escaping @Sendable (_ running: Int, _ waiting: Int) -> Void = { _, _ in }
  ) {
    self.concurrency = concurrency
    self.capacity = capacity
    self.patience = patience
    self.changed = changed
  }

  /// Takes a place, or waits for one in the order of arrival; ``APIError`` 429 when too many wait or the wait was too
  /// long, 503 once the server stops.
  func enter() async throws -> AdmissionTicket {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if let result = admit(id, continuation) {
          continuation.resume(with: result)
        } else {
          startTimer(for: id)
          // Cancelled before it was in line: the handler finds nobody to remove.
          if Task.isCancelled { remove(id, throwing: CancellationError()) }
        }
        report()
      }
    } onCancel: {
      remove(id, throwing: CancellationError())
    }
  }

  /// Refuses all who wait, and all who come, with 503.
  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for client in waiting {
      client.timer?.cancel()
      client.continuation.resume(throwing: APIError.shuttingDown)
    }
    report()
  }

  /// Gives a place back, which the first in line takes.
  func leave(after held: Duration) {
    let next = state.withLock { state -> Waiting? in
      let seconds = held / .seconds(1)
      state.typicalSeconds = state.typicalSeconds.map { $0 * 0.8 + seconds * 0.2 } ?? seconds
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.timer?.cancel()
    next?.continuation.resume(returning: AdmissionTicket(queue: self))
    report()
  }

  /// A place, or why there is none; `nil` for who is in line now.
  private func admit(
    _ id: Int, _ continuation: CheckedContinuation<AdmissionTicket, any Error>
  ) -> Result<AdmissionTicket, any Error>? {
    state.withLock { state in
      if state.isClosed { return .failure(APIError.shuttingDown) }
      if state.running < concurrency {
        state.running += 1
        return .success(AdmissionTicket(queue: self))
      }
      guard state.waiting.count < capacity else {
        return .failure(APIError.queueFull(retryAfter: retryAfter(state)))
      }
      state.waiting.append(Waiting(id: id, continuation: continuation))
      return nil
    }
  }

  private func startTimer(for id: Int) {
    let timer = Task { [patience] in
      do { try await Task.sleep(for: patience) } catch { return }
      let seconds = state.withLock { retryAfter($0) }
      remove(id, throwing: APIError.queueFull(retryAfter: seconds))
    }
    let isWaiting = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return false }
      state.waiting[index].timer = timer
      return true
    }
    if !isWaiting { timer.cancel() }
  }

  private func remove(_ id: Int, throwing error: any Error) {
    let client = state.withLock { state in
      state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
    }
    guard let client else { return }
    client.timer?.cancel()
    client.continuation.resume(throwing: error)
    report()
  }

  /// When somebody who comes now would have had a place, by how long places are held.
  private func retryAfter(_ state: State) -> Int {
    let rounds = Double(state.waiting.count + 1) / Double(concurrency)
    return min(60, max(1, Int(((state.typicalSeconds ?? 1) * rounds).rounded(.up))))
  }

  private func report() {
    // Inside, so that of two reports the later one is the newer one.
    state.withLock { changed($0.running, $0.waiting.count) }
  }
}

/// The right to generate: one of the places that an ``AdmissionQueue`` gives out.
///
/// Dropping the last reference gives the place back too, so a request that dies on the way leaks none.
final class AdmissionTicket: Sendable {
  private let queue: AdmissionQueue
  private let start: ContinuousClock.Instant
  private let isReleased = Atomic(false)

  init(queue: AdmissionQueue) {
    self.queue = queue
    start = .now
  }

  deinit { release() }

  /// Gives the place to who waits; calling it again does nothing.
  func release() {
    if !isReleased.exchange(true, ordering: .relaxed) { queue.leave(after: .now - start) }
  }
}
