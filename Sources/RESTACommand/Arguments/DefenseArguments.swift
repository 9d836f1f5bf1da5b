// Public, because a conformance that this file adds to a public type is public too.
public import ArgumentParser
public import RESTA

/// The options of the defence; shared by all commands.
struct DefenseArguments: ParsableArguments {
  @Option(
    help: "The noise; none switches the defence off. (default: hard)")
  var noise: NoiseKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The noise's strength. (default: 0.8 absolute for hard noise on Llama-2 and Vicuna, else 0.4 relative)",
      valueName: "x"))
  var sigma: Double?

  @Option(
    help: ArgumentHelp(
      """
      The unit of --sigma: absolute (the paper's), or relative to the size of the user's \
      embeddings. (default: that of the default sigma)
      """, valueName: "unit"))
  var sigmaUnit: Sigma.Unit?

  @Flag(help: "Scale directional noise to the power of isotropic noise of the same sigma.")
  var powerMatched = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Noisy copies that vote, k in 1...128. (default: 10)", valueName: "k"))
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens of the answer that are voted on, l, or 'all'. (default: 20)", valueName: "l"))
  var prefix: PrefixLength?

  @Option(
    help: ArgumentHelp(
      "Start voting behind this text of the answer, such as '</think>'. (default: at its start)",
      valueName: "text"))
  var prefixAfter: String?

  @Option(
    help: """
      How the copies' predictions become a token. (default: majority-vote)
      """)
  var aggregator: Aggregator?

  @Option(
    help: """
      What decides a tied vote; abstain ends the answer. (default: log-probability)
      """)
  var tieRule: TieRule?

  @Flag(help: "Perturb the last user turn only instead of all.")
  var lastTurnOnly = false

  @Flag(help: "Perturb tool and document content too.")
  var perturbTools = false

  @Option(
    help: ArgumentHelp("The noise's seed; 0 is one. (default: drawn, and reported)", valueName: "n")
  )
  var seed: UInt64?

  /// Whether the noise, k or l was chosen.
  var isGiven: Bool {
    noise != nil || sigma != nil || sigmaUnit != nil || samples != nil || prefix != nil
  }

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    _ = try settings(
      for: ModelInformation(
        name: "", architecture: "", dimensions: 1, vocabularySize: 1, contextLength: 1,
        maximumSequences: 1))
  }

  /// The settings for a model: what it is recommended, and what the command line says instead.
  func settings(for model: ModelInformation) throws -> DefenseSettings {
    guard
      var settings = DefenseSettings.recommended(
        for: model, noise: noise, sigma: sigma, sigmaUnit: sigmaUnit)
    else {
      throw Failure.usage(
        "--sigma-unit \(sigmaUnit?.rawValue ?? "none") needs a --sigma in that unit.")
    }
    settings.noise.powerMatched = powerMatched
    if let samples { settings.samples = samples }
    if let prefix { settings.prefix = prefix }
    if let prefixAfter { settings.window = .after(prefixAfter) }
    if let aggregator { settings.aggregator = aggregator }
    if let tieRule { settings.tieRule = tieRule }
    settings.perturbed = PerturbedContent(
      roles: perturbTools ? [.user, .tool] : [.user], lastUserTurnOnly: lastTurnOnly)
    settings.seed = seed
    try settings.validate()
    return settings
  }
}

extension NoiseKind: ExpressibleByArgument {}
extension Sigma.Unit: ExpressibleByArgument {}
extension Aggregator: ExpressibleByArgument {}
extension TieRule: ExpressibleByArgument {}

extension PrefixLength: ExpressibleByArgument {
  /// Reads a number, or `all`.
  public init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let count = Int(argument) {
      self = .tokens(count)
    } else {
      return nil
    }
  }
}
