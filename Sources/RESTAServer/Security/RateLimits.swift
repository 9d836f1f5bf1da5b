import Synchronization

/// The rate limits of each key: requests a minute and tokens a minute.
///
/// The buckets are as many as identities: those of the keys and ``APIKeys/anonymous``, never what a
/// client sends.
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
  ///
  /// - Parameters:
  ///   - requestsPerMinute: At least 1; `nil` for no limit.
  ///   - tokensPerMinute: At least 1, of the prompt and the answer in all sequences; `nil` for no limit.
  init(requestsPerMinute: Int?, tokensPerMinute: Int?) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
  }

  /// Takes a request and its tokens, or neither.
  ///
  /// - Parameters:
  ///   - key: Whose request it is.
  ///   - requests: How many requests it counts as; 0 for one that was counted already. Default: 1.
  ///   - tokens: The most tokens that it can cost.
  ///   - now: The time since the server started, on a clock that does not jump.
  /// - Returns: The decision. A refusal is a 429 with the time to wait, or a 400 when the request costs
  ///   more than there ever is.
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
      return RateDecision(
        refusal: refusal, requests: buckets.requests.map(Self.limit),
        tokens: buckets.tokens.map(Self.limit))
    }
  }

  /// Gives back tokens that an admitted request did not use.
  ///
  /// - Parameters:
  ///   - key: Whose request it was.
  ///   - tokens: How many; at most what was admitted.
  ///   - now: The time since the server started.
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
    let seconds = max(1, wholeSeconds(max(requestWait, tokenWait)))
    return APIError(
      status: 429, type: unit, code: "rate_limit_exceeded",
      message: "The limit of \(limit) \(unit) a minute is reached. Try again in \(seconds) s.",
      retryAfter: seconds)
  }

  private static func limit(_ bucket: TokenBucket) -> RateDecision.Limit {
    RateDecision.Limit(
      limit: bucket.capacity, remaining: bucket.remaining,
      resetSeconds: wholeSeconds(bucket.timeToFill))
  }

  /// Rounded up: whoever comes back after so many seconds finds what was promised.
  private static func wholeSeconds(_ duration: Duration) -> Int {
    Int(duration.components.seconds) + (duration.components.attoseconds > 0 ? 1 : 0)
  }
}
