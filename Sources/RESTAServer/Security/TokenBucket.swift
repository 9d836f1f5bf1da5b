/// A token bucket: it holds a minute's worth, fills evenly, and what is taken must be in it.
///
/// Over any t seconds it gives no more than its capacity and perMinute * t / 60. The level is an
/// integer, so this holds exactly however many small amounts of time go by.
struct TokenBucket: Sendable, Hashable {
  /// The units of one token: as many attoseconds as there are in a minute, so that `perMinute` units
  /// come with each attosecond.
  private static let unitsPerToken: Int128 = 60_000_000_000_000_000_000

  // Beyond it a level would not fit; nobody computes so many tokens.
  private static let range = 1...1_000_000_000_000_000

  /// The most it holds.
  let capacity: Int
  /// How many tokens come in a minute.
  let perMinute: Int
  private var level: Int128
  private var time: Duration

  private var full: Int128 { Int128(capacity) * Self.unitsPerToken }

  /// Makes a full bucket.
  ///
  /// - Parameters:
  ///   - capacity: The most it holds; less than 1 is 1, and more than 10^15 is 10^15.
  ///   - perMinute: How many tokens come in a minute; likewise.
  ///   - now: The time since any fixed moment.
  init(capacity: Int, perMinute: Int, now: Duration) {
    self.capacity = min(max(capacity, Self.range.lowerBound), Self.range.upperBound)
    self.perMinute = min(max(perMinute, Self.range.lowerBound), Self.range.upperBound)
    level = Int128(self.capacity) * Self.unitsPerToken
    time = now
  }

  /// The whole tokens in it.
  var remaining: Int { Int(level / Self.unitsPerToken) }

  /// Until it is full, if nothing is taken.
  var timeToFill: Duration { time(for: full - level) }

  /// Lets time pass; time that runs backwards does not pass.
  ///
  /// - Parameter now: The time since the same moment as in `init`.
  mutating func advance(to now: Duration) {
    guard now > time else { return }
    let elapsed = (now - time).attoseconds
    time = now
    // The product is only formed where it is at most what is missing: it cannot overflow.
    let missing = full - level
    level = elapsed > missing / Int128(perMinute) ? full : level + elapsed * Int128(perMinute)
  }

  /// How long until it holds so many tokens: zero when it does, `nil` when it never will.
  func wait(for tokens: Int) -> Duration? {
    guard tokens <= capacity else { return nil }
    return time(for: max(0, Int128(tokens) * Self.unitsPerToken - level))
  }

  /// Takes tokens out.
  ///
  /// - Parameter tokens: No more than ``remaining``, at least 0.
  mutating func take(_ tokens: Int) { level -= Int128(tokens) * Self.unitsPerToken }

  /// Puts tokens back that were taken and not used; what does not fit is lost.
  ///
  /// - Parameter tokens: At least 0.
  mutating func putBack(_ tokens: Int) {
    level = min(full, level + Int128(min(tokens, capacity)) * Self.unitsPerToken)
  }

  /// Rounded up, so that it is there when the time is over.
  private func time(for units: Int128) -> Duration {
    Duration(attoseconds: (units + Int128(perMinute) - 1) / Int128(perMinute))
  }
}
