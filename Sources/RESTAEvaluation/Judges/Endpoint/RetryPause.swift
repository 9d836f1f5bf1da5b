import Foundation

/// How long to wait between attempts.
struct RetryPause: Sendable {
  /// The pause before the second attempt, in seconds.
  var first: Double
  /// The longest pause, in seconds.
  var longest: Double

  /// The pause behind a failed attempt: exponential, with half of it up to chance, so that clients
  /// that failed together do not come back together.
  ///
  /// - Parameters:
  ///   - attempt: The attempt that failed, from 1.
  ///   - generator: Draws the jitter.
  /// - Returns: Seconds, between a half and all of min(longest, first · 2^(attempt - 1)).
  func seconds(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Double {
    let whole = min(longest, first * exp2(Double(attempt - 1)))
    let uniform = Double(generator.next() >> 11) * 0x1p-53
    return whole * (0.5 + 0.5 * uniform)
  }

  /// What a `Retry-After` header asks for (RFC 9110, section 10.2.3).
  ///
  /// - Parameters:
  ///   - value: Seconds, or a date.
  ///   - date: The same reply's `Date` header. A date is taken relative to it, so the two machines'
  ///     clocks need not agree; without it a date is ignored.
  /// - Returns: Seconds, 0 or more; `nil` where the header says nothing that can be used.
  static func requested(_ value: String, date: String?) -> Double? {
    let value = value.trimmingCharacters(in: .whitespaces)
    if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Double(value)
    }
    guard let then = instant(value), let now = date.flatMap({ instant($0) }) else { return nil }
    return max(0, then.timeIntervalSince(now))
  }

  /// An HTTP date of the form `Sun, 06 Nov 1994 08:49:37 GMT`; the obsolete forms are not read.
  private static func instant(_ text: String) -> Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.date(from: text)
  }
}
