/// The settings of RESTA for one generation.
///
/// The defaults are the paper's (arXiv 2501.16497): hard directional noise, k = 10, l = 20. Sigma
/// does not carry over between models, so its default is relative; see ``recommended(for:)``.
public struct DefenseSettings: Sendable, Hashable, Codable {
  /// The noise H, its sigma and whether its power is matched.
  public var noise: NoiseSettings
  /// How many perturbed copies vote, k in `1...128`.
  ///
  /// Default: 10.
  public var samples: Int
  /// How many tokens are voted on, l.
  ///
  /// Default: 20.
  public var prefix: PrefixLength
  /// Where these tokens lie.
  ///
  /// Default: at the start of the answer.
  public var window: WindowPlacement
  /// How predictions become a token.
  ///
  /// Default: the majority vote.
  public var aggregator: Aggregator
  /// What decides a tie.
  ///
  /// Default: the log-probabilities.
  public var tieRule: TieRule
  /// Which content is perturbed.
  ///
  /// Default: every user turn.
  public var perturbed: PerturbedContent
  /// The noise's seed; 0 is one.
  ///
  /// `nil`: one is drawn and reported with the result.
  public var seed: UInt64?

  /// The range of ``samples``.
  public static let samplesRange = 1...128

  /// Makes settings.
  ///
  /// - Parameters:
  ///   - noise: Default: hard directional at a relative sigma of 0.4.
  ///   - samples: k, in `1...128`. Default: 10.
  ///   - prefix: l. Default: 20 tokens.
  ///   - window: Default: the start of the answer.
  ///   - aggregator: Default: the majority vote.
  ///   - tieRule: Default: the log-probabilities.
  ///   - perturbed: Default: every user turn.
  ///   - seed: Default: drawn.
  public init(
    noise: NoiseSettings = NoiseSettings(
      kind: .hard, sigma: Sigma(value: 0.4, unit: .relative)),
    samples: Int = 10, prefix: PrefixLength = .tokens(20), window: WindowPlacement = .start,
    aggregator: Aggregator = .majorityVote, tieRule: TieRule = .logProbability,
    perturbed: PerturbedContent = .userTurns, seed: UInt64? = nil
  ) {
    self.noise = noise
    self.samples = samples
    self.prefix = prefix
    self.window = window
    self.aggregator = aggregator
    self.tieRule = tieRule
    self.perturbed = perturbed
    self.seed = seed
  }

  /// No defence: ordinary decoding of the unperturbed prompt.
  public static let none = DefenseSettings(
    noise: NoiseSettings(kind: .none, sigma: Sigma(value: 0, unit: .absolute)))

  /// Whether anything is voted on at all.
  public var isActive: Bool { noise.kind != .none && prefix != .tokens(0) }

  /// The settings to start from for a model.
  ///
  /// The paper's sigma of 0.8 for Llama-2 and its fine-tunes (Vicuna), whose embeddings have a norm
  /// near 1; a relative sigma of 0.4 for every other model, to be calibrated on it.
  ///
  /// - Parameter model: The model.
  /// - Returns: The settings.
  public static func recommended(for model: ModelInformation) -> DefenseSettings {
    var settings = DefenseSettings()
    // Llama 2 and its fine-tunes: TinyLlama has the vocabulary but not the width, Mistral 7B has
    // both but was trained with a longer context.
    if model.architecture == "llama", model.vocabularySize == 32_000, model.dimensions >= 4_096,
      model.trainedContextLength <= 4_096
    {
      settings.noise.sigma = Sigma(value: 0.8, unit: .absolute)
    }
    return settings
  }

  /// Checks every value.
  ///
  /// - Throws: `RESTAError` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    try noise.validate()
    guard Self.samplesRange.contains(samples) else {
      throw RESTAError(
        .invalidSetting,
        "The number of samples k must be between 1 and \(Self.samplesRange.upperBound), not \(samples)."
      )
    }
    if case .tokens(let count) = prefix, count < 0 {
      throw RESTAError(
        .invalidSetting, "The prefix length l must be 0 or more, or 'all', not \(count).")
    }
    if case .after(let tag) = window, tag.isEmpty {
      throw RESTAError(
        .invalidSetting, "The text that the voted window follows must not be empty.")
    }
    try perturbed.validate()
  }
}

extension DefenseSettings: DescribedSettings {
  package static let defaults = DefenseSettings()

  /// The rows of the settings: the one place that a new one is added to, beside its property.
  package static let table: [Setting<DefenseSettings>] = [
    Setting(
      "noise", \.noise.kind, .choice(), "The noise; none switches the defence off.",
      default: "hard", isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "sigma", \.noise.sigma.value, .number(0...), "The noise's strength.",
      default: "0.8 absolute for hard noise on Llama-2 and Vicuna, else 0.4 relative",
      flag: .option(value: "x"), isAlwaysStored: true, dependsOnModel: true),
    Setting(
      "sigma_unit", \.noise.sigma.unit, .choice(),
      "The unit of sigma: absolute (the paper's), or relative to the size of the user's embeddings.",
      default: "that of the default sigma", flag: .option(value: "unit"), isAlwaysStored: true,
      dependsOnModel: true),
    Setting(
      "power_matched", \.noise.powerMatched, .flag,
      "Scale directional noise to the power of isotropic noise of the same sigma.",
      default: "false", flag: .toggle(name: "power-matched", value: .bool(true)),
      isAlwaysStored: true),
    Setting(
      "samples", \.samples, .integer(samplesRange), "Noisy copies that vote, k in 1...128.",
      default: "10", flag: .option(value: "k"), isAlwaysStored: true),
    Setting(
      "prefix", \.prefix, .prefix, "Tokens of the answer that are voted on, l, or 'all'.",
      default: "20", flag: .option(value: "l"), isAlwaysStored: true),
    Setting(
      "prefix_after", \.window.text, .optional(.text),
      "Start voting behind this text of the answer, such as '</think>'.", default: "at its start",
      flag: .option(value: "text"), storedAs: "window.after"),
    Setting(
      "aggregator", \.aggregator, .choice(), "How the copies' predictions become a token.",
      default: "majority-vote", isAlwaysStored: true),
    Setting(
      "tie_rule", \.tieRule, .choice(), "What decides a tied vote; abstain ends the answer.",
      default: "log-probability", isAlwaysStored: true),
    Setting(
      "last_turn_only", \.perturbed.lastUserTurnOnly, .flag,
      "Perturb the last user turn only instead of all.", default: "false",
      flag: .toggle(name: "last-turn-only", value: .bool(true)),
      storedAs: "perturbed.last_turn_only", isAlwaysStored: true),
    Setting(
      "perturb", \.perturbed.roles, .someOf([.user, .tool], atLeast: 1),
      "Whose content is perturbed: user turns, tool and document content, or both.",
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
  /// The settings for a model: what is recommended for it, changed by what was chosen.
  ///
  /// Another noise than the recommended one has the general sigma, for the paper's is for hard noise;
  /// as another noise's it would be absurd.
  ///
  /// - Parameter model: The model.
  /// - Returns: Valid settings; `nil` where a unit was chosen, and the only sigma is in the other one.
  /// - Throws: ``RESTAError`` with `invalidSetting`, naming the value and its range.
  package func settings(for model: ModelInformation) throws(RESTAError) -> DefenseSettings? {
    var settings = DefenseSettings.recommended(for: model)
    if names.contains("noise"), value.noise.kind != settings.noise.kind {
      settings.noise = DefenseSettings().noise
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
