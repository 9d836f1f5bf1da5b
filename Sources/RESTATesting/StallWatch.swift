import Synchronization

/// Notices that the machine stood still: that what wakes up every few milliseconds did so late.
///
/// A test whose subject is time, such as a limit of a second, may be spoilt by it; one that fails while nothing stood
/// still has found a fault.
package final class StallWatch: Sendable {
  private let state = Mutex((last: ContinuousClock.now, longest: Duration.zero))

  package init() {}

  /// The longest time between two wakings, up to now.
  package var longest: Duration {
    state.withLock {
      let now = ContinuousClock.now
      $0 = (now, max($0.longest, now - $0.last))
      return $0.longest
    }
  }

  /// Wakes up every 5 ms until its task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      _ = longest
      try? await Task.sleep(for: .milliseconds(5))
    }
  }
}
