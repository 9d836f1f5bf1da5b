// Public, because a conformance that this file adds to a public type is public too.
public import ArgumentParser
public import RESTA

/// What the fast decoder may do; no choice here changes an answer.
struct PlanArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Tokens that the fast decoder drafts before a vote, or 'auto': by what is accepted and what wide \
      passes cost here. (default: auto)
      """, valueName: "n|auto"))
  var draft: DecodingPlan.Amount?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Copies that the fast decoder asks first, or 'auto': by how often that decides votes. \
      (default: auto)
      """, valueName: "n|auto"))
  var firstWave: DecodingPlan.Amount?

  @Flag(help: "Let the fast decoder compute the prompt's common beginning for each copy again.")
  var noPrefixSharing = false

  /// Whether anything was chosen.
  var isGiven: Bool { draft != nil || firstWave != nil || noPrefixSharing }

  var plan: DecodingPlan {
    DecodingPlan(
      sharesPrefix: !noPrefixSharing, draft: draft ?? .adaptive, firstWave: firstWave ?? .adaptive)
  }
}

/// Which decoder runs; none of them changes an answer.
struct DecoderArguments: ParsableArguments {
  @Option(
    help: """
      fast shares work between the copies; naive batches them and shares nothing; reference is the \
      method done literally. All give the same tokens.
      """)
  var decoder = DecoderKind.fast

  @OptionGroup var fast: PlanArguments

  /// What the fast decoder may do; `nil` for the other decoders.
  var plan: DecodingPlan? { decoder == .fast ? fast.plan : nil }

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    guard decoder == .fast || !fast.isGiven else {
      throw Failure.usage(
        "--draft, --first-wave and --no-prefix-sharing are for --decoder fast.")
    }
    try plan?.validate()
  }
}

extension DecoderKind: ExpressibleByArgument {}

extension DecodingPlan.Amount: ExpressibleByArgument {}
