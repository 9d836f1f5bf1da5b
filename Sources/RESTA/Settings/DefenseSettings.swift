/// The settings of RESTA for one generation.
///
/// The defaults are the paper's (arXiv 2501.16497), k = 10 and l = 20, but for the noise: the paper
/// chose it on Llama-2, and elsewhere it is what this project measured; see ``recommended(for:)``.
public struct DefenseSettings: Sendable, Hashable, Codable {
  /// The noise H, its sigma and whether its power is matched.
  public var noise: NoiseSettings
  /// How many perturbed copies vote, k in `1...128`; 10 by default.
  public var samples: Int
  /// How many tokens are voted on, l; 20 by default.
  public var prefix: PrefixLength
  /// Where these tokens lie; by default at the start of the answer.
  public var window: WindowPlacement
  /// Where a window that follows a text starts at the latest, in tokens of the answer, 0 or more.
  ///
  /// Default: `nil`, never; an answer that ends before that text is then an error, for nothing of it was defended.
  public var latestStart: Int?
  /// After how many tokens behind the window there is a checkpoint, c, 1 or more, and so on to the answer's end.
  ///
  /// Default: `nil`, none. Behind the window's end e, position t is voted on where
  /// `(t - e) % (c + w) >= c`: c tokens that are not, then w that are. A defence that is not active has
  /// none, and a window without end leaves no room for one.
  public var checkpointEvery: Int?
  /// What the copies vote on at a checkpoint; by default the answer's own next tokens.
  public var checkpointForm: CheckpointForm
  /// How many tokens a checkpoint votes on, w, 1 or more; in ``probeTokensRange`` for a header.
  ///
  /// Default: ``usualCheckpointTokens``.
  public var checkpointTokens: Int
  /// Whether the answer ends where a checkpoint's vote on it parts from the unperturbed model's own prediction,
  /// in front of that token; else the vote wins.
  ///
  /// Default: `false`. All tokens that end an answer are one here too.
  public var checkpointEnds: Bool
  /// How predictions become a token; by default the majority vote.
  public var aggregator: Aggregator
  /// What decides a tie; by default, and for all aggregators but the majority vote, the log-probabilities.
  public var tieRule: TieRule
  /// By how many votes the leader must lead for no more copies to be asked about a token, 1 or more.
  ///
  /// Default: `nil`, all votes count. It is for the majority vote alone; see ``LeadRule``.
  public var lead: Int?
  /// Which content is perturbed; every user turn by default.
  public var perturbed: PerturbedContent
  /// The noise's seed; 0 is one.
  ///
  /// `nil`: one is drawn and reported with the result.
  public var seed: UInt64?

  /// The range of ``samples``.
  public static let samplesRange = 1...128
  /// The ``checkpointTokens`` of who chooses none.
  public static let usualCheckpointTokens = 4
  /// The range of ``checkpointTokens`` behind a header.
  public static let probeTokensRange = 1...64

  /// Makes settings; properties say their defaults, and noise is isotropic at ``NoiseKind/fallbackSigma``.
  public init(
    noise: NoiseSettings = NoiseSettings(
      kind: .isotropic, sigma: NoiseKind.isotropic.fallbackSigma),
    samples: Int = 10, prefix: PrefixLength = .tokens(20), window: WindowPlacement = .start,
    latestStart: Int? = nil, checkpointEvery: Int? = nil, checkpointForm: CheckpointForm = .vote,
    checkpointTokens: Int = usualCheckpointTokens, checkpointEnds: Bool = false,
    aggregator: Aggregator = .majorityVote, tieRule: TieRule = .logProbability, lead: Int? = nil,
    perturbed: PerturbedContent = .userTurns, seed: UInt64? = nil
  ) {
    self.noise = noise
    self.samples = samples
    self.prefix = prefix
    self.window = window
    self.latestStart = latestStart
    self.checkpointEvery = checkpointEvery
    self.checkpointForm = checkpointForm
    self.checkpointTokens = checkpointTokens
    self.checkpointEnds = checkpointEnds
    self.aggregator = aggregator
    self.tieRule = tieRule
    self.lead = lead
    self.perturbed = perturbed
    self.seed = seed
  }

  /// No defence: ordinary decoding of the unperturbed prompt.
  public static let none = DefenseSettings(
    noise: NoiseSettings(kind: .none, sigma: Sigma(value: 0, unit: .absolute)))

  /// Whether anything is voted on at all.
  public var isActive: Bool { noise.kind != .none && prefix != .tokens(0) }

  /// Sequences that are alive at once: k copies and the unperturbed one, or that one alone.
  package var sequences: Int { isActive ? samples + 1 : 1 }

  /// Whether it is active and its noise has a strength: at a sigma of 0 the copies vote on one and the same.
  package var perturbs: Bool { isActive && noise.sigma.value > 0 }

  /// The settings to start from for a model.
  ///
  /// Noise, k and l that were calibrated on these weights, where a command knows of any. Else the paper's for Llama-2
  /// and its fine-tunes (Vicuna), whose embeddings have a norm near 1: hard noise, 0.8 absolute. For every other
  /// model isotropic noise at ``NoiseKind/fallbackSigma``, the setting that the built-in evaluation's numbers were
  /// measured with, on another model: ``Calibration`` says so wherever settings are shown.
  ///
  /// - Parameter model: The model.
  /// - Returns: The settings.
  public static func recommended(for model: ModelInformation) -> DefenseSettings {
    var settings = DefenseSettings()
    if let calibrated = model.calibrated {
      settings.noise = calibrated.noise
      settings.samples = calibrated.samples
      settings.prefix = calibrated.prefix
    } else if model.isLlama2 {
      settings.noise = .paper
    }
    return settings
  }

  /// Checks every value.
  ///
  /// - Throws: `RESTAError` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    try noise.validate()
    try RESTAError.require(
      Self.samplesRange.contains(samples),
      "The number of samples k must be between 1 and \(Self.samplesRange.upperBound), not "
        + "\(samples).")
    if case .tokens(let count) = prefix {
      try RESTAError.require(
        count >= 0, "The prefix length l must be 0 or more, or 'all', not \(count).")
    }
    if let latestStart {
      try RESTAError.require(
        latestStart >= 0 && window != .start,
        "prefix_after_limit must be 0 or more, and goes with prefix_after only.")
    }
    try validateCheckpoints()
    try RESTAError.require(
      aggregator == .majorityVote || tieRule == .logProbability,
      "tie_rule goes with the majority vote only: \(aggregator.rawValue) has no tied votes.")
    if let lead {
      try RESTAError.require(lead >= 1, "The lead must be 1 vote or more, not \(lead).")
      try RESTAError.require(
        aggregator == .majorityVote,
        "lead goes with the majority vote only: \(aggregator.rawValue) needs every copy.")
    }
    try RESTAError.require(
      window.text != "", "The text that the voted window follows must not be empty.")
    try perturbed.validate()
  }

  private func validateCheckpoints() throws(RESTAError) {
    let (isOn, isHeader) = (checkpointEvery != nil, checkpointForm == .header)
    try RESTAError.require(
      checkpointEvery ?? 1 >= 1 && checkpointTokens >= 1,
      "checkpoint_every and checkpoint_tokens must be 1 or more.")
    try RESTAError.require(
      isOn || !isHeader, "checkpoint_form goes with checkpoint_every only.")
    try RESTAError.require(
      isOn || checkpointTokens == Self.usualCheckpointTokens,
      "checkpoint_tokens goes with checkpoint_every only.")
    try RESTAError.require(
      isOn || !checkpointEnds, "checkpoint_ends goes with checkpoint_every only.")
    try RESTAError.require(
      !isHeader || Self.probeTokensRange.contains(checkpointTokens),
      "checkpoint_tokens must be at most \(Self.probeTokensRange.upperBound) with a header.")
    try RESTAError.require(
      !isHeader || !checkpointEnds,
      "checkpoint_ends goes with checkpoint_form vote only: a header's refusal always ends.")
  }
}

extension DefenseSettings: DescribedSettings {
  package static let defaults = DefenseSettings()

  /// The rows of the settings: the one place that a new one is added to, beside its property.
  package static let table: [Setting<DefenseSettings>] = [
    Setting(
      "noise", \.noise.kind, .choice(), "The noise; none switches the defence off.",
      default: "what 'resta calibrate' found for the model, else hard on Llama-2 and Vicuna, else "
        + "isotropic", isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "sigma", \.noise.sigma.value, .number(0...), "The noise's strength.",
      default: "what 'resta calibrate' found for the model, else 0.8 absolute for hard noise on "
        + "Llama-2 and Vicuna, else relative: " + NoiseKind.fallbackWords,
      flag: .option(value: "x"), isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "sigma_unit", \.noise.sigma.unit, .choice(),
      "The unit of sigma: absolute (the paper's), or relative to the size of the model's embeddings.",
      default: "that of the default sigma", flag: .option(value: "unit"), isAlwaysStored: true,
      dependsOnModel: true),
    Setting(
      "power_matched", \.noise.powerMatched, .flag,
      "Scale directional noise to the power of isotropic noise of the same sigma.",
      default: "false", flag: .toggle(name: "power-matched", value: .bool(true)),
      isAlwaysStored: true),
    Setting(
      "samples", \.samples, .integer(samplesRange), "Noisy copies that vote, k in 1...128.",
      default: "what 'resta calibrate' found for the model, else 10", flag: .option(value: "k"),
      isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "prefix", \.prefix, .prefix, "Tokens of the answer that are voted on, l, or 'all'.",
      default: "what 'resta calibrate' found for the model, else 20", flag: .option(value: "l"),
      isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "prefix_after", \.window.text, .optional(.text),
      "Start voting behind this text of the answer, such as '</think>'.", default: "at its start",
      flag: .option(value: "text"), storedAs: "window.after"),
    Setting(
      "prefix_after_limit", \.latestStart, .optional(.integer(0...)),
      "Start voting behind so many tokens at the latest, where the text of prefix_after does not come.",
      default: "never: an answer without that text is an error", flag: .option(value: "n"),
      storedAs: "window.latest"),
    Setting(
      "checkpoint_every", \.checkpointEvery, .optional(.integer(1...)),
      "Vote again behind every so many tokens that follow the voted ones.",
      default: "none: nothing behind them is voted on", flag: .option(value: "c")),
    Setting(
      "checkpoint_form", \.checkpointForm, .choice(),
      "What is voted on there: the answer's next tokens, or a refusal in a turn that is opened anew.",
      default: "vote",
      flag: .option(value: "form")),
    Setting(
      "checkpoint_tokens", \.checkpointTokens, .integer(1...),
      "Tokens that are voted on at each checkpoint.", default: "\(usualCheckpointTokens)",
      flag: .option(value: "w")),
    Setting(
      "checkpoint_ends", \.checkpointEnds, .flag,
      "End the answer where a checkpoint's vote parts from the unperturbed model.",
      default: "false", flag: .toggle(name: "checkpoint-ends", value: .bool(true))),
    Setting(
      "aggregator", \.aggregator, .choice(), "How the copies' predictions become a token.",
      default: "majority-vote", isAlwaysStored: true),
    Setting(
      "tie_rule", \.tieRule, .choice(), "What decides a tied vote; abstain ends the answer.",
      default: "log-probability", isAlwaysStored: true),
    Setting(
      "lead", \.lead, .optional(.integer(1...)),
      "Ask no more copies about a token once the leader leads by so many votes.",
      default: "none: all votes count", flag: .option(value: "n")),
    Setting(
      "last_turn_only", \.perturbed.lastUserTurnOnly, .flag,
      "Perturb the last user turn only instead of all.", default: "false",
      flag: .toggle(name: "last-turn-only", value: .bool(true)),
      storedAs: "perturbed.last_turn_only", isAlwaysStored: true),
    Setting(
      "perturb", \.perturbed.roles, .someOf([.user, .tool, .system], atLeast: 1),
      "Whose content is perturbed: user turns, tool and document content, system messages.",
      default: "user",
      flag: .toggle(
        name: "perturb-tools", value: .list([.plain("user"), .plain("tool")]),
        about: "Perturb tool and document content too."),
      storedAs: "perturbed.roles", reportedAs: "perturbed_roles", isAlwaysStored: true),
    Setting(
      "seed", \.seed, .optional(.seed), "The noise's seed; 0 is one.",
      default: "drawn, and reported", flag: .option(value: "n"), storedAs: ""),
  ]
}

extension WindowPlacement {
  /// The text that the window follows; `nil` for a window at the start.
  package var text: String? {
    get { if case .after(let text) = self { text } else { nil } }
    set { self = newValue.map { .after($0) } ?? .start }
  }
}

extension Chosen<DefenseSettings> {
  /// Refuses what no model could have, before one is loaded.
  ///
  /// - Throws: ``RESTAError`` with `invalidSetting`, naming the value and its range.
  package func check() throws(RESTAError) {
    var settings = applied(to: base, table: DefenseSettings.table)
    // Whether the recommended noise can be power matched is not known yet.
    if !names.contains("noise") { settings.noise.powerMatched = false }
    try settings.validate()
  }

  /// The valid settings for a model: what is recommended for it, changed by what was chosen; `nil` where a unit was
  /// chosen, and the only sigma is in the other one.
  ///
  /// Another noise than the recommended one has its ``NoiseKind/fallbackSigma``.
  ///
  /// - Throws: ``RESTAError`` with `invalidSetting`, naming the value and its range.
  package func settings(for model: ModelInformation) throws(RESTAError) -> DefenseSettings? {
    var settings = DefenseSettings.recommended(for: model)
    if names.contains("noise"), value.noise.kind != settings.noise.kind {
      settings.noise = NoiseSettings(
        kind: value.noise.kind, sigma: value.noise.kind.fallbackSigma)
    }
    let recommended = settings.noise.sigma
    settings = applied(to: settings, table: DefenseSettings.table)
    if names.contains("sigma"), !names.contains("sigma_unit") {
      settings.noise.sigma.unit = recommended.unit
    }
    if !names.contains("sigma"), settings.noise.sigma.unit != recommended.unit { return nil }
    try settings.validate()
    return settings
  }
}
