public import RESTA

extension ServerSettings {
  /// The operator's own defence: what protects a request that asks for nothing else, and the floor
  /// below which ``Client`` lets no request go unless it says so.
  public struct Defense: Sendable, Hashable {
    /// The noise; `none` switches the defence off.
    ///
    /// Default: `nil`, what is recommended for the model.
    public var noise: NoiseKind?
    /// The noise's strength in ``sigmaUnit``, at least 0; 0 is no defence.
    ///
    /// Default: `nil`, what is recommended for the model and the noise.
    public var sigma: Double?
    /// The unit of ``sigma``, and of the bounds of ``Client/sigma``.
    ///
    /// Default: `nil`, that of the recommended sigma.
    public var sigmaUnit: Sigma.Unit?
    /// Whether directional noise has the power of isotropic noise of the same sigma.
    ///
    /// Default: `false`.
    public var powerMatched = false
    /// How many noisy copies vote, k in `1...128`.
    ///
    /// Default: 10.
    public var samples = 10
    /// How many tokens of the answer are voted on, l; 0 is no defence.
    ///
    /// Default: 20.
    public var prefix = PrefixLength.tokens(20)
    /// A text of the answer behind which voting starts, such as `</think>`.
    ///
    /// Default: `nil`, at the answer's start.
    public var prefixAfter: String?
    /// How the copies' predictions become a token.
    ///
    /// Default: the majority vote.
    public var aggregator = Aggregator.majorityVote
    /// What decides a tied vote.
    ///
    /// Default: the log-probabilities.
    public var tieRule = TieRule.logProbability
    /// Whose content is perturbed: `user`, `tool` or both.
    ///
    /// Default: `user`.
    public var perturb: Set<ChatMessage.Role> = [.user]
    /// Whether only the last user turn is perturbed instead of all.
    ///
    /// Default: `false`.
    public var lastTurnOnly = false
    /// Whether the same prompt draws the same noise, so that asking again gains nothing.
    ///
    /// Default: `false`, fresh noise for each answer.
    public var sticky = false
    /// How a defended answer is computed; the answer does not depend on it.
    ///
    /// Default: the fast decoder.
    public var decoder = DecoderKind.fast

    /// Makes the default settings.
    public init() {}
  }
}

extension Setting {
  static let defense: [Setting] = [
    Setting(
      "defense.noise", \.defense.noise, .optional(.choice()),
      "The noise; none switches the defence off; null: what is recommended for the model."),
    Setting(
      "defense.sigma", \.defense.sigma, .optional(.number(0...)),
      "The noise's strength; null: what is recommended for the model and the noise."),
    Setting(
      "defense.sigma_unit", \.defense.sigmaUnit, .optional(.choice()),
      "The unit of sigma and of client.sigma; null: that of the recommended sigma."),
    Setting(
      "defense.power_matched", \.defense.powerMatched, .flag,
      "Whether hard or soft noise has the power of isotropic noise of the same sigma."),
    Setting(
      "defense.samples", \.defense.samples, .integer(DefenseSettings.samplesRange),
      "Noisy copies that vote, k."),
    Setting(
      "defense.prefix", \.defense.prefix, .prefix,
      "Tokens of the answer that are voted on, l; 0 switches the defence off."),
    Setting(
      "defense.prefix_after", \.defense.prefixAfter, .optional(.text),
      "Start voting behind this text of the answer; null: at its start."),
    Setting(
      "defense.aggregator", \.defense.aggregator, .choice(),
      "How the copies' predictions become a token."),
    Setting("defense.tie_rule", \.defense.tieRule, .choice(), "What decides a tied vote."),
    Setting(
      "defense.perturb", \.defense.perturb, .someOf([.user, .tool], atLeast: 1),
      "Whose content is perturbed."),
    Setting(
      "defense.last_turn_only", \.defense.lastTurnOnly, .flag,
      "Whether only the last user turn is perturbed instead of all."),
    Setting(
      "defense.sticky", \.defense.sticky, .flag,
      "Whether the same prompt draws the same noise, so that asking again gains nothing."),
    Setting(
      "defense.decoder", \.defense.decoder, .choice(),
      "How a defended answer is computed; the answer does not depend on it."),
  ]
}
