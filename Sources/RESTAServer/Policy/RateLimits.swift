import Synchronization

/// The rate limits of each key: requests a minute and tokens a minute.
///
/// The buckets are as many as identities: those of the keys and ``APIKeys/anonymous``, never what a client sends.
final class RateLimits: Sendable {
  private struct Buckets {
    var requests: TokenBucket?
    var tokens: TokenBucket?
  }

  private let requestsPerMinute: Int?
  private let tokensPerMinute: Int?
  // Invariant: the two buckets of an identity are changed together or not at all.
  private let buckets = Mutex([String: Buckets]())

  /// Makes limits that nobody has used yet.
  init(requestsPerMinute: Int?, tokensPerMinute: Int?) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
  }

  /// Takes a request and its tokens, or neither.
  func admit(
    _ key: String, requests: Int = 1, tokens: Int, now: Duration
  ) -> RateDecision {
    let tokens = max(0, tokens)
    return change(key, now: now) { buckets in
      let refusal = Self.refusal(buckets, requests: requests, tokens: tokens)
      if refusal == nil {
        buckets.requests?.take(requests)
        buckets.tokens?.take(tokens)
      }
      return RateDecision(refusal: refusal, requests: buckets.requests, tokens: buckets.tokens)
    }
  }

  /// Gives back tokens that an admitted request did not use.
  func refund(_ key: String, tokens: Int, now: Duration) {
    change(key, now: now) { $0.tokens?.putBack(max(0, tokens)) }
  }

  private func change<Result>(
    _ key: String, now: Duration, _ body: (inout Buckets) -> Result
  ) -> Result {
    buckets.withLock { all in
      var own =
        all[key]
        ?? Buckets(
          requests: requestsPerMinute.map { TokenBucket(capacity: $0, perMinute: $0, now: now) },
          tokens: tokensPerMinute.map { TokenBucket(capacity: $0, perMinute: $0, now: now) })
      own.requests?.advance(to: now)
      own.tokens?.advance(to: now)
      defer { all[key] = own }
      return body(&own)
    }
  }

  private static func refusal(_ buckets: Buckets, requests: Int, tokens: Int) -> APIError? {
    if let bucket = buckets.tokens, bucket.wait(for: tokens) == nil {
      return .invalid(
        """
        This request may cost \(tokens) tokens over all of its sequences, and no more than \
        \(bucket.capacity) are allowed in a minute: it can never pass. Shorten the prompt, or ask \
        for fewer tokens, choices or copies.
        """, code: "request_exceeds_rate_limit")
    }
    let requestWait = buckets.requests?.wait(for: requests) ?? .zero
    let tokenWait = buckets.tokens?.wait(for: tokens) ?? .zero
    guard max(requestWait, tokenWait) > .zero else { return nil }
    let unit = requestWait > tokenWait ? "requests" : "tokens"
    let limit = (requestWait > tokenWait ? buckets.requests : buckets.tokens)?.perMinute ?? 0
    let seconds = max(1, max(requestWait, tokenWait).wholeSeconds)
    return APIError(
      status: 429, type: unit, code: "rate_limit_exceeded",
      message: "The limit of \(limit) \(unit) a minute is reached. Try again in \(seconds) s.",
      retryAfter: seconds)
  }
}

extension Duration {
  /// Rounded up: whoever comes back after so many seconds finds what was promised.
  fileprivate var wholeSeconds: Int {
    Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
  }
}

/// Whether a request is within its rate limits, and what is left of them.
struct RateDecision: Sendable, Hashable {
  /// Why the request is refused; `nil` when it is allowed.
  let refusal: APIError?
  /// What is left of the requests; `nil` when they are not limited.
  let requests: TokenBucket?
  /// What is left of the tokens; `nil` when they are not limited.
  let tokens: TokenBucket?

  /// The reply's headers, with OpenAI's names.
  var headers: [(String, String)] {
    Self.headers(requests, "requests") + Self.headers(tokens, "tokens")
  }

  private static func headers(_ bucket: TokenBucket?, _ unit: String) -> [(String, String)] {
    guard let bucket else { return [] }
    return [
      ("x-ratelimit-limit-\(unit)", "\(bucket.capacity)"),
      ("x-ratelimit-remaining-\(unit)", "\(bucket.remaining)"),
      ("x-ratelimit-reset-\(unit)", "\(bucket.timeToFill.wholeSeconds)s"),
    ]
  }
}

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

  let capacity: Int
  /// How many tokens come in a minute.
  let perMinute: Int
  private var level: Int128
  private var time: Duration

  private var full: Int128 { Int128(capacity) * Self.unitsPerToken }

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

  mutating func take(_ tokens: Int) { level -= Int128(tokens) * Self.unitsPerToken }

  /// Puts tokens back that were taken and not used; what does not fit is lost.
  mutating func putBack(_ tokens: Int) {
    level = min(full, level + Int128(min(tokens, capacity)) * Self.unitsPerToken)
  }

  /// Rounded up, so that it is there when the time is over.
  private func time(for units: Int128) -> Duration {
    Duration(attoseconds: (units + Int128(perMinute) - 1) / Int128(perMinute))
  }
}
