import Synchronization

/// The right to generate: one of the places that an ``AdmissionQueue`` gives out.
///
/// Dropping the last reference gives the place back too, so a request that dies on the way leaks none.
final class AdmissionTicket: Sendable {
  private let queue: AdmissionQueue
  private let start: ContinuousClock.Instant
  // Invariant: set once.
  private let isReleased = Mutex(false)

  init(queue: AdmissionQueue) {
    self.queue = queue
    start = .now
  }

  deinit { release() }

  /// Gives the place to who waits; calling it again does nothing.
  func release() {
    let isFirst = isReleased.withLock { released in
      defer { released = true }
      return !released
    }
    if isFirst { queue.leave(after: .now - start) }
  }
}
