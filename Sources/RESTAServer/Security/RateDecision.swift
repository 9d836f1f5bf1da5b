/// Whether a request is within its rate limits, and what is left of them.
struct RateDecision: Sendable, Hashable {
  /// The state of one limit after the request.
  struct Limit: Sendable, Hashable {
    /// The most at once, and the most a minute.
    var limit: Int
    /// What is left at the moment.
    var remaining: Int
    /// After how many seconds all of it is back, rounded up.
    var resetSeconds: Int
  }

  /// Why the request is refused; `nil` when it is allowed.
  var refusal: APIError?
  /// The limit of requests; `nil` when there is none.
  var requests: Limit?
  /// The limit of tokens; `nil` when there is none.
  var tokens: Limit?

  /// The reply's headers, with OpenAI's names.
  var headers: [(String, String)] {
    Self.headers(requests, "requests") + Self.headers(tokens, "tokens")
  }

  private static func headers(_ limit: Limit?, _ unit: String) -> [(String, String)] {
    guard let limit else { return [] }
    return [
      ("x-ratelimit-limit-\(unit)", "\(limit.limit)"),
      ("x-ratelimit-remaining-\(unit)", "\(limit.remaining)"),
      ("x-ratelimit-reset-\(unit)", "\(limit.resetSeconds)s"),
    ]
  }
}
