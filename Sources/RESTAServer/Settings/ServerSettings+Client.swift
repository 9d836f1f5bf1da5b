public import RESTA

extension ServerSettings {
  /// What a request's `resta` object may choose, and what its reply shows.
  ///
  /// Without these settings a request has the operator's own defence and nothing else: bounds that
  /// are `nil` are the operator's own value.
  public struct Client: Sendable, Hashable {
    /// The range that a request may choose from, in which the operator's own value lies.
    public struct Bounds<Value: Sendable & Hashable>: Sendable, Hashable {
      /// The least; `nil`: the operator's own value.
      public var min: Value?
      /// The most; `nil`: the operator's own value.
      public var max: Value?

      /// Makes bounds; each is the operator's own value unless it is given.
      public init(min: Value? = nil, max: Value? = nil) {
        self.min = min
        self.max = max
      }
    }

    /// Makes the defaults.
    public init() {}
    /// What a reply shows of its defence; votes hold margins, which help whoever looks for an attack.
    ///
    /// Default: the settings.
    public var expose = Exposure.settings
    /// Whether a request may switch the defence off; `false` by default.
    public var off = false
    /// The noises a request may choose besides the operator's own, not `none` (see ``off``); by default no others.
    public var noise: Set<NoiseKind> = []
    /// The bounds of sigma, at least 0, in the unit of the operator's own sigma; by default the operator's own value.
    public var sigma = Bounds<Double>()
    /// The bounds of k, in `1...128`; by default the operator's own value.
    public var samples = Bounds<Int>()
    /// The bounds of l; by default the operator's own value.
    public var prefix = Bounds<PrefixLength>()
    /// Whether a request may ask for log-probabilities, in the voted prefix its margins; `false` by default.
    public var logprobs = false
    /// The roles that a request's messages may have; all by default.
    public var roles = Set(ChatMessage.Role.allCases)
    /// What becomes of assistant turns that this server did not write; by default they are refused.
    public var assistantTurns = AssistantTurns.own
    /// The highest temperature that a request may ask for, in `0...2`.
    ///
    /// Sampling is a way around the vote: behind the voted tokens each seed is another draw. Default: 2.
    public var temperature: Double = 2
    /// Whether `/v1/completions` is served; `true` by default.
    public var completions = true

    /// The noises that can be allowed, in the order to name them.
    static let noises = NoiseKind.allCases.filter { $0 != .none }
  }

  static let clientTable: [Setting<ServerSettings>] = [
    Setting(
      "client.expose", \.client.expose, .choice(),
      "What a reply shows of its defence; votes hold margins, which help an attacker."),
    Setting(
      "client.off", \.client.off, .flag, "Whether a request may switch the defence off."),
    Setting(
      "client.noise", \.client.noise, .someOf(ServerSettings.Client.noises),
      "Noises that a request may choose besides defense.noise."),
    Setting(
      "client.sigma.min", \.client.sigma.min, .optional(.number(0...)),
      "The least sigma of a request, in defense.sigma_unit; null: the operator's own."),
    Setting(
      "client.sigma.max", \.client.sigma.max, .optional(.number(0...)),
      "The largest sigma of a request; null: the operator's own."),
    Setting(
      "client.samples.min", \.client.samples.min,
      .optional(.integer(DefenseSettings.samplesRange)),
      "The least k of a request; null: the operator's own."),
    Setting(
      "client.samples.max", \.client.samples.max,
      .optional(.integer(DefenseSettings.samplesRange)),
      "The largest k of a request; null: the operator's own."),
    Setting(
      "client.prefix.min", \.client.prefix.min, .optional(.prefix),
      "The least l of a request; null: the operator's own."),
    Setting(
      "client.prefix.max", \.client.prefix.max, .optional(.prefix),
      "The largest l of a request; null: the operator's own."),
    Setting(
      "client.logprobs", \.client.logprobs, .flag,
      "Whether a request may ask for log-probabilities; of voted tokens they are margins."),
    Setting(
      "client.roles", \.client.roles, .someOf(ChatMessage.Role.allCases, atLeast: 1),
      "The roles that messages may have."),
    Setting(
      "client.assistant_turns", \.client.assistantTurns, .choice(),
      "Assistant turns that the server did not write: refused (own), perturbed or trusted."),
    Setting(
      "client.temperature", \.client.temperature, .number(0...2),
      "The highest temperature of a request; 0 leaves no draws behind the voted tokens."),
    Setting(
      "client.completions", \.client.completions, .flag, "Whether /v1/completions is served."),
  ]
}

/// What a server shows of an answer's defence; each shows what the ones before it do.
public enum Exposure: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Nothing.
  case none
  /// The settings that were in force.
  case settings
  /// What the answer cost too.
  case cost
  /// The votes, the perturbed tokens and the seeds too, where a request asks for them.
  case votes

  /// Whether one shows less than another.
  public static func < (left: Exposure, right: Exposure) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
