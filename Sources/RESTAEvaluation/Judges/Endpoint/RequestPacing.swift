import Foundation
import NIOHTTP1
import Synchronization

/// Spaces attempts evenly, and holds all of them back while the server asks for a pause.
final class RequestPacer: Sendable {
  private let interval: Duration
  private let clock: EndpointClock
  // Invariant: no attempt that starts from now on starts before this time of the clock.
  private let next = Mutex(Duration.zero)

  init(requestsPerMinute: Int?, clock: EndpointClock) {
    interval = requestsPerMinute.map { Duration.seconds(60) / $0 } ?? .zero
    self.clock = clock
  }

  /// Waits for the next time at which an attempt may start.
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

  init(_ clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
    sleep = { try await clock.sleep(for: $0) }
  }
}

struct RetryPause: Sendable {
  /// The pause before the second attempt, in seconds.
  var first: Double
  /// The longest pause, in seconds.
  var longest: Double

  /// The pause behind a failed attempt: exponential, with half of it up to chance, so that clients
  /// that failed together do not come back together.
  func seconds(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Double {
    let whole = min(longest, first * exp2(Double(attempt - 1)))
    let uniform = Double(generator.next() >> 11) * 0x1p-53
    return whole * (0.5 + 0.5 * uniform)
  }

  /// What a `Retry-After` header asks for (RFC 9110, section 10.2.3), or Azure's in milliseconds.
  static func requested(_ headers: HTTPHeaders) -> Double? {
    func seconds(_ name: String) -> Double? {
      let value = headers.first(name: name)?.trimmingCharacters(in: .whitespaces) ?? ""
      let isCount = !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
      return isCount ? Double(value) : nil
    }
    if let milliseconds = seconds("retry-after-ms") { return milliseconds / 1000 }
    if let seconds = seconds("Retry-After") { return seconds }
    guard let then = headers.first(name: "Retry-After").flatMap(instant) else { return nil }
    // By the server's clock, where it shows it.
    let now = headers.first(name: "Date").flatMap(instant) ?? Date()
    return max(0, then.timeIntervalSince(now))
  }

  /// An HTTP date in one of the three forms that RFC 9110 (section 5.6.7) has readers accept.
  private static func instant(_ text: String) -> Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    let text = text.trimmingCharacters(in: .whitespaces)
    for format in [
      "EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'",
      "EEE MMM d HH:mm:ss yyyy",
    ] {
      formatter.dateFormat = format
      if let date = formatter.date(from: text) { return date }
    }
    return nil
  }
}
