public import ArgumentParser
public import RESTA
import RESTARefusals

/// The options of the defence; shared by all commands.
package typealias DefenseArguments = SettingFlags<DefenseSettings>

extension DefenseArguments {
  /// Checks what can be checked without a model, before one is loaded.
  package func check(on engine: ModelEngine = .llama) throws {
    try chosen.check()
    let settings = chosen.value
    guard engine == .vllm, settings.isActive else { return }
    let local = [
      ("--aggregator \(settings.aggregator.rawValue)", settings.aggregator != .majorityVote),
      ("--checkpoint-form header", settings.checkpointForm == .header),
    ]
    if let (name, _) = local.first(where: \.1) {
      throw Failure.usage("\(name) is for --engine llama: a vLLM server gives tokens alone.")
    }
  }

  /// The settings for a model: what it is recommended, and what the command line says instead.
  package func settings(for model: ModelInformation) throws -> DefenseSettings {
    guard let settings = try chosen.settings(for: model) else {
      throw Failure.usage(
        "--sigma-unit \(chosen.value.noise.sigma.unit.rawValue) needs a --sigma in that unit.")
    }
    return settings
  }
}

extension DefenseSettings {
  /// Refuses no defence where the undefended model has a measurement of its own.
  package func checkBesideUndefended() throws {
    guard isActive else {
      throw Failure.usage(
        "Without a defence there is the undefended model alone: choose a defence.")
    }
  }

  /// Refuses a prompt that gets no noise: copies without it are no defence, and a summary would speak of ten of them.
  func check(_ prompt: TokenizedPrompt, remedy: String) throws {
    guard isActive, prompt.positions(of: perturbed).isEmpty else { return }
    let roles = perturbed.roles.map(\.rawValue).sorted().joined(separator: " or ")
    throw Failure.usage(
      "There is nothing to defend: no \(roles) message has content, so that no token gets noise. "
        + remedy)
  }
}

extension CheckpointProbe {
  /// What checkpoints need that open the assistant's turn again, with refusals known by their phrases; `nil`
  /// for a defence without those.
  package static func byPhrases(
    for defense: DefenseSettings, model: any LanguageModel, template: ChatTemplate?
  ) throws -> CheckpointProbe? {
    try CheckpointProbe(for: defense, model: model, template: template) {
      RefusalPhraseJudge().isRefusal($0)
    }
  }
}

/// The options of the answer; shared by the commands that generate.
package typealias GenerationArguments = SettingFlags<GenerationOptions>

extension GenerationArguments {
  /// The options as the library takes them.
  package func options() throws -> GenerationOptions {
    try chosen.value.validate()
    return chosen.value
  }
}

/// What the fast decoder may do; no choice here changes an answer.
package struct PlanArguments: ParsableArguments {
  package init() {}

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Tokens that the fast decoder drafts before a vote, or 'auto': by what is accepted and what wide \
      passes cost here. (default: auto)
      """, valueName: "n|auto"))
  package var draft: DecodingPlan.Amount?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Copies that the fast decoder asks first, or 'auto': by how often that decides votes. \
      (default: auto)
      """, valueName: "n|auto"))
  package var firstWave: DecodingPlan.Amount?

  @Option(
    help: ArgumentHelp(
      """
      What the fast decoder makes short where it may choose: the time of the answer (total), or of its \
      first token (first-token). (default: total; in chat: first-token)
      """, valueName: "goal"))
  package var favour: DecodingPlan.Goal?

  @Flag(help: "Let the fast decoder compute the prompt's common beginning for each copy again.")
  package var noPrefixSharing = false

  /// The options, for messages.
  static let names = "--draft, --first-wave, --favour and --no-prefix-sharing"

  /// Whether anything was chosen.
  package var isGiven: Bool {
    draft != nil || firstWave != nil || favour != nil || noPrefixSharing
  }

  package var plan: DecodingPlan { plan(favouring: .total) }

  /// The plan, with a command's own goal where none was given.
  package func plan(favouring goal: DecodingPlan.Goal) -> DecodingPlan {
    DecodingPlan(
      sharesPrefix: !noPrefixSharing, draft: draft ?? .adaptive,
      firstWave: firstWave ?? .adaptive, favours: favour ?? goal)
  }
}

/// Which decoder runs; none of them changes an answer.
package struct DecoderArguments: ParsableArguments {
  package init() {}

  @Option(
    help: """
      fast shares work between the copies; naive batches them and shares nothing; reference is the \
      method done literally. All give the same tokens.
      """)
  package var decoder = DecoderKind.fast

  @OptionGroup package var fast: PlanArguments

  /// What the fast decoder may do; `nil` for the other decoders.
  package var plan: DecodingPlan? { decoder == .fast ? fast.plan : nil }

  /// Checks what can be checked without a model, before one is loaded.
  package func check() throws {
    guard decoder == .fast || !fast.isGiven else {
      throw Failure.usage("\(PlanArguments.names) are for --decoder fast.")
    }
    try plan?.validate()
  }
}

extension DecoderKind: ExpressibleByArgument {}

extension DecodingPlan.Goal: ExpressibleByArgument {}

extension DecodingPlan.Amount: ExpressibleByArgument {}
