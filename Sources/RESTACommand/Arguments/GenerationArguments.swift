import ArgumentParser
import RESTA

/// The options of the answer; shared by the commands that generate.
struct GenerationArguments: ParsableArguments {
  @Option(
    parsing: .unconditional, help: ArgumentHelp("The most tokens of the answer.", valueName: "m"))
  var maxTokens = 256

  @Option(
    help: ArgumentHelp(
      "End the answer at this text; may be given several times.", valueName: "text"))
  var stop: [String] = []

  @Flag(help: "Go on behind the token that ends an answer, up to --max-tokens: for measurements.")
  var ignoreEos = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Randomness of the tokens behind the voted prefix; 0 is greedy.", valueName: "t"))
  var temperature = 0.0

  @Option(help: ArgumentHelp("Sample from the smallest set with this probability.", valueName: "p"))
  var topP = 1.0

  @Option(help: ArgumentHelp("Sample from so many best tokens; 0 is all.", valueName: "n"))
  var topK = 0

  @Option(
    help: ArgumentHelp(
      "Sample from tokens at least so likely, relative to the best one.", valueName: "p"))
  var minP = 0.0

  @Option(
    help: ArgumentHelp(
      "The seed of sampling; it never touches the noise. (default: drawn, and reported)",
      valueName: "n"))
  var samplingSeed: UInt64?

  /// The options as the library takes them.
  func options() throws -> GenerationOptions {
    let options = GenerationOptions(
      maximumTokens: maxTokens, stop: stop,
      sampling: SamplingSettings(
        temperature: temperature, topP: topP, topK: topK, minP: minP, seed: samplingSeed),
      ignoresEndOfGeneration: ignoreEos)
    try options.validate()
    return options
  }
}
