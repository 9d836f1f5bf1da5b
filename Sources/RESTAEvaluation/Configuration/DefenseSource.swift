package import RESTA

/// A defence with its settings, before there is a model.
package enum DefenseSource: Sendable, Hashable {
  /// The undefended model.
  case none
  /// RESTA.
  case resta(DefenseSettings)
  /// SmoothLLM: perturbation, percent of the characters q, copies N.
  case smoothLLM(perturbation: String, percent: Int, copies: Int)
  /// A perplexity filter with a threshold, or with a quantile of benign prompts that sets it.
  case perplexityFilter(threshold: Double?, quantile: Double, window: Int?)
  /// A reminder before and behind the user's message; `nil` parts are the default's.
  case selfReminder(before: String?, after: String?)
  /// Refusing at random with a probability.
  case randomRefusal(probability: Double)
  /// Sampling at a temperature.
  case temperature(Double, topP: Double)

  /// The types, by their names in a configuration.
  package enum Kind: String, Sendable, CaseIterable {
    /// The undefended model.
    case none
    /// RESTA.
    case resta
    /// SmoothLLM.
    case smoothLLM = "smoothllm"
    /// A perplexity filter.
    case perplexityFilter = "perplexity-filter"
    /// A reminder before and behind the user's message.
    case selfReminder = "self-reminder"
    /// Refusing at random.
    case randomRefusal = "random-refusal"
    /// Sampling at a temperature.
    case temperature

    /// Its keys in a configuration, in the order in which names list them.
    var keys: [String] {
      switch self {
      case .none: []
      case .resta:
        [
          "noise", "sigma", "sigma_unit", "power_matched", "samples", "prefix", "prefix_after",
          "aggregator", "tie_rule",
        ]
      case .smoothLLM: ["perturbation", "percent", "copies"]
      case .perplexityFilter: ["threshold", "quantile", "window"]
      case .selfReminder: ["before", "after"]
      case .randomRefusal: ["probability"]
      case .temperature: ["temperature", "top_p"]
      }
    }
  }

  /// Reads the settings of a type.
  init(
    _ kind: Kind, _ fields: [String: ConfigurationNode], at node: ConfigurationNode
  ) throws(EvaluationError) {
    switch kind {
    case .none: self = .none
    case .resta: self = .resta(try Self.resta(fields, at: node))
    case .smoothLLM:
      self = .smoothLLM(
        perturbation: try fields["perturbation"]?.choice(
          SmoothLLM.Perturbation.self, called: "perturbation"
        ).rawValue ?? SmoothLLM.Perturbation.swap.rawValue,
        percent: try fields["percent"]?.integer(0...100) ?? 10,
        copies: try fields["copies"]?.integer(1...1_000) ?? 10)
    case .perplexityFilter:
      self = .perplexityFilter(
        threshold: try fields["threshold"]?.number(1...(.greatestFiniteMagnitude)),
        quantile: try fields["quantile"]?.number(0...1) ?? 1,
        window: try fields["window"]?.integer(1...100_000))
    case .selfReminder:
      self = .selfReminder(
        before: try fields["before"]?.text(), after: try fields["after"]?.text())
    case .randomRefusal:
      guard let probability = try fields["probability"]?.number(0...1) else {
        throw node.error("there is no 'probability', 0 to 1")
      }
      self = .randomRefusal(probability: probability)
    case .temperature:
      guard let temperature = try fields["temperature"]?.number(0...100) else {
        throw node.error("there is no 'temperature'")
      }
      self = .temperature(temperature, topP: try fields["top_p"]?.number(0...1) ?? 1)
    }
  }

  private static func resta(
    _ fields: [String: ConfigurationNode], at node: ConfigurationNode
  ) throws(EvaluationError) -> DefenseSettings {
    var settings = DefenseSettings()
    if let noise = fields["noise"] {
      settings.noise.kind = try noise.choice(NoiseKind.self, called: "noise")
    }
    guard let sigma = fields["sigma"] else {
      // A default would be a number that was chosen for another model.
      throw node.error("there is no 'sigma': it does not carry over between models")
    }
    settings.noise.sigma = Sigma(
      value: try sigma.number(0...(.greatestFiniteMagnitude)),
      unit: try fields["sigma_unit"]?.choice(Sigma.Unit.self, called: "sigma_unit") ?? .relative)
    settings.noise.powerMatched = try fields["power_matched"]?.flag() ?? false
    settings.samples = try fields["samples"]?.integer(DefenseSettings.samplesRange) ?? 10
    if let prefix = fields["prefix"] {
      settings.prefix =
        prefix.literal == "all" ? .all : .tokens(try prefix.integer(0...1_000_000))
    }
    if let tag = try fields["prefix_after"]?.text() { settings.window = .after(tag) }
    if let rule = fields["tie_rule"] {
      settings.tieRule = try rule.choice(TieRule.self, called: "tie_rule")
    }
    if let aggregator = fields["aggregator"] {
      settings.aggregator = try aggregator.choice(Aggregator.self, called: "aggregator")
    }
    do {
      try settings.validate()
    } catch {
      throw node.error(error.message)
    }
    return settings
  }

  /// What it is called where the configuration gives no name.
  var defaultName: String {
    switch self {
    case .none: "none"
    case .resta(let settings): Self.name(of: settings)
    case .smoothLLM(let perturbation, let percent, let copies):
      "smoothllm \(perturbation) q=\(percent) N=\(copies)"
    case .perplexityFilter: "perplexity-filter"
    case .selfReminder: "self-reminder"
    case .randomRefusal(let probability): "random-refusal \(probability)"
    case .temperature(let value, _): "temperature \(value)"
    }
  }

  private static func name(of settings: DefenseSettings) -> String {
    let sigma = settings.noise.sigma
    var name =
      "resta \(settings.noise.kind.rawValue) \(sigma.value)\(sigma.unit == .absolute ? " abs" : "") "
      + "k=\(settings.samples) l=\(settings.prefix)"
    if settings.noise.powerMatched { name += " matched" }
    if settings.tieRule != .logProbability { name += " ties=\(settings.tieRule.rawValue)" }
    if settings.aggregator != .majorityVote { name += " \(settings.aggregator.rawValue)" }
    return name
  }
}
