import ArgumentParser
import RESTA
import RESTALlama

/// `resta inspect`: the prompt as the model and the defence see it.
struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a rendered prompt token by token, and which tokens get noise.",
    discussion: """
      For each token: its id, text, whose content it is, whether noise is added, and the norm of \
      its embedding. Then what the chosen noise does to the perturbed ones.

      Examples:
        resta inspect "Name three primary colours."
        resta inspect --messages chat.json --noise isotropic --sigma 0.5 --json
      """)

  @Argument(help: "The prompt. (default: read from the input)")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A conversation: a JSON list of {\"role\", \"content\"}; '-' is the input.",
      valueName: "file"))
  var messages: String?

  @Option(help: ArgumentHelp("The system prompt. (default: the template's)", valueName: "text"))
  var system: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let conversation = try await Conversation.read(
      prompt: prompt, messages: messages, system: system)
    try defense.check()
    try model.check()
    let loaded = try await model.load()
    let report = try InspectionReport(
      model: loaded, messages: conversation, template: try model.template(for: loaded.information),
      defense: try defense.settings(for: loaded.information))
    guard !json else { return try JSONOutput.print(report) }
    InspectionTable(report).print()
  }
}
