import RESTA

extension ServerSettings {
  /// What bounds the work and the time of requests.
  public struct Limits: Sendable, Hashable {
    /// The most tokens that an answer may be asked to have, at least 1.
    ///
    /// Default: 2048.
    public var answerTokens = 2048
    /// The most tokens of a prompt, at least 1.
    ///
    /// Default: `nil`, what the model's context leaves.
    public var promptTokens: Int?
    /// The most tokens of work for a request, at least 1: those of its prompts, times k + 1, times the
    /// choices, plus the answers' tokens.
    ///
    /// Default: 65,536.
    public var workTokens = 65_536
    /// The most choices of a request, in `1...128`.
    ///
    /// Default: 4.
    public var choices = 4
    /// The most bytes of a request's body, at least 1.
    ///
    /// Default: 1,048,576.
    public var bodyBytes = 1_048_576
    /// How many requests are answered at once, at least 1.
    ///
    /// Default: 4.
    public var concurrency = 4
    /// How many more may wait for that, at least 0; others are refused with 429.
    ///
    /// Default: 16.
    public var queue = 16
    /// Positions of the key-value cache that are there from the start, at least 1.
    ///
    /// They are for all that runs at once; a request that needs more than all of them runs alone, and
    /// makes the cache grow. Default: `nil`, 256 for each sequence that may run.
    public var cacheTokens: Int?
    /// The most open connections, at least 1.
    ///
    /// Default: 512.
    public var connections = 512
    /// The most seconds for a request's answer, more than 0.
    ///
    /// Default: 300.
    public var requestSeconds: Double = 300
    /// The most seconds in the queue, at least 0.
    ///
    /// Default: 60.
    public var queueSeconds: Double = 60
    /// The most seconds until a request is received whole, more than 0.
    ///
    /// Default: 15.
    public var readSeconds: Double = 15
    /// After how many seconds an idle connection is closed, more than 0.
    ///
    /// Default: 60.
    public var idleSeconds: Double = 60
    /// After how many seconds without a token a stream sends a comment, more than 0.
    ///
    /// Default: 10.
    public var keepaliveSeconds: Double = 10
    /// How many seconds running answers have to end when the server stops, at least 0.
    ///
    /// Default: 30.
    public var shutdownSeconds: Double = 30

    /// Makes the default settings.
    public init() {}
  }

  /// How often each key may ask; without keys, everybody together.
  public struct Rates: Sendable, Hashable {
    /// Requests a minute, at least 1.
    ///
    /// Default: `nil`, any number.
    public var requestsPerMinute: Int?
    /// Tokens a minute, at least 1; those of all k + 1 sequences count.
    ///
    /// Default: `nil`, any number.
    public var tokensPerMinute: Int?

    /// Makes the default settings.
    public init() {}
  }
}

extension ServerSettings {
  static let limitsTable: [Setting<ServerSettings>] = [
    Setting(
      "limits.answer_tokens", \.limits.answerTokens, .integer(1...),
      "The most tokens that an answer may be asked to have."),
    Setting(
      "limits.prompt_tokens", \.limits.promptTokens, .optional(.integer(1...)),
      "The most tokens of a prompt; null: what the model's context leaves."),
    Setting(
      "limits.work_tokens", \.limits.workTokens, .integer(1...),
      "The most tokens of work for a request: prompts x (k + 1) x choices, plus answers."),
    Setting(
      "limits.choices", \.limits.choices, .integer(1...128), "The most choices of a request."),
    Setting(
      "limits.body_bytes", \.limits.bodyBytes, .integer(1...),
      "The most bytes of a request's body."),
    Setting(
      "limits.concurrency", \.limits.concurrency, .integer(1...256),
      "Requests that are answered at once."),
    Setting(
      "limits.queue", \.limits.queue, .integer(0...),
      "Requests that may wait for that; others are refused with 429."),
    Setting(
      "limits.cache_tokens", \.limits.cacheTokens, .optional(.integer(1...)),
      "Positions of the cache that are there from the start; null: 256 for each sequence."
    ),
    Setting(
      "limits.connections", \.limits.connections, .integer(1...), "The most open connections."),
    Setting(
      "limits.request_seconds", \.limits.requestSeconds, .seconds(moreThanZero: true),
      "The most seconds for a request's answer."),
    Setting(
      "limits.queue_seconds", \.limits.queueSeconds, .seconds(moreThanZero: false),
      "The most seconds in the queue."),
    Setting(
      "limits.read_seconds", \.limits.readSeconds, .seconds(moreThanZero: true),
      "The most seconds until a request is received whole."),
    Setting(
      "limits.idle_seconds", \.limits.idleSeconds, .seconds(moreThanZero: true),
      "After how many seconds an idle connection is closed."),
    Setting(
      "limits.keepalive_seconds", \.limits.keepaliveSeconds, .seconds(moreThanZero: true),
      "After how many seconds without a token a stream sends a comment."),
    Setting(
      "limits.shutdown_seconds", \.limits.shutdownSeconds, .seconds(moreThanZero: false),
      "How many seconds running answers have to end when the server stops."),
    Setting(
      "rates.requests_per_minute", \.rates.requestsPerMinute, .optional(.integer(1...)),
      "Requests a minute for each key; null: any number."),
    Setting(
      "rates.tokens_per_minute", \.rates.tokensPerMinute, .optional(.integer(1...)),
      "Tokens a minute for each key, those of all k + 1 sequences; null: any number."),
  ]
}
