import Foundation

/// Times in a log: UTC, with milliseconds (RFC 3339).
enum LogTime {
  /// Writes a time.
  ///
  /// - Parameter date: Rounded to a millisecond: a `Date` holds few of its fractions exactly.
  /// - Returns: Such as `2026-11-26T01:02:03.456Z`.
  static func text(_ date: Date) -> String {
    let total = (date.timeIntervalSince1970 * 1000).rounded()
    let seconds = (total / 1000).rounded(.down)
    let digits = String(Int(total - seconds * 1000))
    let whole = Date(timeIntervalSince1970: seconds).formatted(.iso8601).dropLast()
    return "\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)Z"
  }
}
