public import Logging
public import RESTA

extension ServerSettings {
  /// What bounds the work and the time of requests.
  public struct Limits: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// The most tokens that an answer may be asked to have, at least 1; 2048 by default.
    public var answerTokens = 2048
    /// The most tokens of a prompt, at least 1; by default `nil`, what the model's context leaves.
    public var promptTokens: Int?
    /// The most tokens of work for a request, at least 1: those of its prompts and those that are voted on,
    /// times k + 1, plus the answers' other tokens, all times the choices; 65,536 by default.
    public var workTokens = 65_536
    /// The most choices of a request, in `1...128`; 4 by default.
    public var choices = 4
    /// The most bytes of a request's body, at least 1; 1,048,576 by default.
    public var bodyBytes = 1_048_576
    /// How many requests are answered at once, at least 1; 4 by default.
    public var concurrency = 4
    /// How many more may wait for that, at least 0, before others are refused with 429; 16 by default.
    public var queue = 16
    /// Positions of the key-value cache that are there from the start, in `1...1_073_741_823`.
    ///
    /// They are for all that runs at once; a request that needs more than all of them waits until
    /// nothing runs, and makes the cache grow. Default: `nil`, 256 for each sequence that may run.
    public var cacheTokens: Int?
    /// Positions of the cache that are kept between requests, in `0...1_073_741_823`; they are there beside those
    /// of ``cacheTokens``, and 0 keeps nothing.
    ///
    /// Default: `nil`, as many as ``cacheTokens`` where noise is sticky for conversations, and 1,024, for
    /// what the operator's prompts begin with, where it is not.
    public var keptCells: Int?
    /// The most open connections, at least 1; 512 by default.
    public var connections = 512
    /// The most seconds for a request's answer, more than 0; 300 by default.
    public var requestSeconds: Double = 300
    /// The most seconds in the queue, at least 0; 60 by default.
    public var queueSeconds: Double = 60
    /// The most seconds from the first byte of a request to its last, more than 0; 15 by default.
    public var readSeconds: Double = 15
    /// After how many seconds an idle connection is closed, more than 0; 60 by default.
    public var idleSeconds: Double = 60
    /// Every how many seconds a stream sends a comment, whether tokens come or not, more than 0; 10 by default.
    public var keepaliveSeconds: Double = 10
    /// How many seconds running answers have to end when the server stops, at least 0; 30 by default.
    public var shutdownSeconds: Double = 30
  }

  /// How often each key may ask; without keys, everybody together.
  public struct Rates: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// Requests a minute, at least 1; by default `nil`, any number.
    public var requestsPerMinute: Int?
    /// Tokens a minute, those of all k + 1 sequences, at least 1; by default `nil`, any number.
    public var tokensPerMinute: Int?
  }

  /// What no engine's cache goes beyond; two of them can still be added.
  private static let mostCells = 1_073_741_823

  static let limitsTable: [Setting<ServerSettings>] = [
    Setting(
      "limits.answer_tokens", \.limits.answerTokens, .integer(1...),
      "The most tokens that an answer may be asked to have."),
    Setting(
      "limits.prompt_tokens", \.limits.promptTokens, .optional(.integer(1...)),
      "The most tokens of a prompt; null: what the model's context leaves."),
    Setting(
      "limits.work_tokens", \.limits.workTokens, .integer(1...),
      "The most tokens of work for a request: ((prompt + voted) x (k + 1) + rest of the answer) x choices."
    ),
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
      "limits.cache_tokens", \.limits.cacheTokens, .optional(.integer(1...mostCells)),
      "Positions of the cache that are there from the start; null: 256 for each sequence."
    ),
    Setting(
      "limits.kept_cells", \.limits.keptCells, .optional(.integer(0...mostCells)),
      "Positions kept between requests; null: 1024, or as many as cache_tokens for conversations."),
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
      "The most seconds from a request's first byte to its last."),
    Setting(
      "limits.idle_seconds", \.limits.idleSeconds, .seconds(moreThanZero: true),
      "After how many seconds an idle connection is closed."),
    Setting(
      "limits.keepalive_seconds", \.limits.keepaliveSeconds, .seconds(moreThanZero: true),
      "Every so many seconds a stream sends a comment, which keeps its connection open."),
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

  /// What is put into every prompt.
  public struct Prompt: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// A system prompt in front of every conversation, not empty; by default `nil`, none.
    public var system: String?
    /// The date that templates print which ask for it, for prompts that can be repeated.
    ///
    /// Default: `nil`, this machine's; with sticky noise, the day without its time.
    public var date: TemplateDate?
    /// Variables for the chat template, such as `enable_thinking`; none by default.
    public var templateVars: [String: TemplateVariable] = [:]
  }

  /// What an answer is like when its request does not say.
  public struct Answer: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// The most tokens of an answer, from 1 to ``Limits/answerTokens``; 256 by default.
    public var maxTokens = 256
    /// The sampling temperature behind the voted prefix, from 0 (greedy) to ``Client/temperature``.
    ///
    /// Default: 0. Sampling makes refusals less certain.
    public var temperature: Double = 0
  }

  static let answerTable: [Setting<ServerSettings>] = [
    Setting(
      "prompt.system", \.prompt.system, .optional(.text),
      "A system prompt in front of every conversation."),
    Setting(
      "prompt.date", \.prompt.date, .optional(.templateDate),
      "The date that chat templates print which ask for it; null: this machine's."),
    Setting(
      "prompt.template_vars", \.prompt.templateVars, .templateVariables,
      "Variables for the chat template, such as enable_thinking=false."),
    Setting(
      "answer.max_tokens", \.answer.maxTokens, .integer(1...),
      "The most tokens of an answer whose request does not say; at most limits.answer_tokens."),
    Setting(
      "answer.temperature", \.answer.temperature, .number(0...2),
      "The temperature of an answer whose request does not say; 0 is greedy."),
  ]

  /// Who may ask.
  public struct Keys: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// A file with a key a line, besides those of `$RESTA_API_KEYS`; by default `nil`, none.
    public var file: String?
  }

  /// Who may read `/metrics`, and what of the defence it shows.
  public struct Metrics: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// Whether votes, margins, passes and positions are counted there.
    ///
    /// For a client that asks alone their changes are its own request's margins, which tell which of
    /// two prompts is nearer to success. Default: `false`.
    public var margins = false
    /// The names of the keys that may read it, while others get 403; by default none, which is every key.
    public var keys: [String] = []
  }

  /// What is logged.
  public struct Log: Sendable, Hashable {
    /// What a line of the log looks like.
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
      /// For people.
      case text
      /// For programs: an object a line.
      case json
    }

    /// Makes the defaults.
    public init() {}
    /// From which level on things are logged; `info` by default.
    public var level = Logger.Level.info
    /// The lines' format; text by default.
    public var format = Format.text
    /// Whether prompts and answers are logged; `false` by default.
    public var prompts = false
  }

  static let logTable: [Setting<ServerSettings>] = [
    Setting(
      "keys.file", \.keys.file, .optional(.text),
      "A file with an API key a line, besides those of $RESTA_API_KEYS."),
    Setting(
      "metrics.margins", \.metrics.margins, .flag,
      "Whether /metrics counts votes, margins and passes, which help an attacker."),
    Setting(
      "metrics.keys", \.metrics.keys, .list(of: .text),
      "Names of the keys that may read /metrics; none: every key."),
    Setting("log.level", \.log.level, .choice(), "From which level on things are logged."),
    Setting("log.format", \.log.format, .choice(), "The lines' format."),
    Setting("log.prompts", \.log.prompts, .flag, "Whether prompts and answers are logged."),
    Setting("page", \.page, .flag, "Whether the playground is served at /."),
  ]
}
