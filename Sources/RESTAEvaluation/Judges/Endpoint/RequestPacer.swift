import Synchronization

/// Spaces attempts evenly, and holds all of them back while the server asks for a pause.
final class RequestPacer: Sendable {
  private let interval: Duration
  private let clock: EndpointClock
  // Invariant: no attempt that starts from now on starts before this time of the clock.
  private let next = Mutex(Duration.zero)

  /// Makes a pacer.
  ///
  /// - Parameters:
  ///   - requestsPerMinute: The most attempts in a minute, at least 1. `nil`: no limit.
  ///   - clock: Measures time.
  init(requestsPerMinute: Int?, clock: EndpointClock) {
    interval = requestsPerMinute.map { Duration.seconds(60) / $0 } ?? .zero
    self.clock = clock
  }

  /// Waits for the next time at which an attempt may start.
  ///
  /// - Throws: `CancellationError`; the time is then lost.
  func wait() async throws {
    let now = clock.elapsed()
    let slot = next.withLock { next in
      let slot = max(next, now)
      next = slot + interval
      return slot
    }
    if slot > now { try await clock.sleep(slot - now) }
    try Task.checkCancellation()
  }

  /// Lets no attempt start for a while.
  ///
  /// - Parameter pause: How long, from now.
  func hold(for pause: Duration) {
    let end = clock.elapsed() + pause
    next.withLock { $0 = max($0, end) }
  }
}

/// A clock of any type.
struct EndpointClock: Sendable {
  /// The time since this value was made.
  let elapsed: @Sendable () -> Duration
  /// Sleeps; throws `CancellationError` when the task is cancelled.
  let sleep: @Sendable (Duration) async throws -> Void

  /// Wraps a clock.
  init(_ clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
    sleep = { try await clock.sleep(for: $0) }
  }
}
