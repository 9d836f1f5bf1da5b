import ArgumentParser
import Foundation
import RESTA
import RESTALlama

/// `resta demo`: undefended and defended answers side by side, with the votes.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See the defence at work: answers side by side, votes, and cost.",
    discussion: """
      Examples:
        resta demo
        resta demo "Name three primary colours." --samples 5
        resta demo --script my-demo.json
      """)

  @Argument(help: "A prompt of your own instead of the demo's.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "Another demo: a JSON file like Sources/RESTACommand/Resources/demo.json.", valueName: "file")
  )
  var script: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most tokens of each answer. (default: the demo's, 64)", valueName: "m"))
  var maxTokens: Int?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Decoder") var decoder: DecoderArguments

  @Flag(help: "Print a JSON list instead, an object for each prompt.")
  var json = false

  func run() async throws {
    let script = try DemoScript.load(script)
    try defense.check()
    try decoder.check()
    try model.check()
    let loaded = try await model.load()
    var settings = try defense.settings(for: loaded.information)
    if settings.seed == nil { settings.seed = script.seed }
    let template = try model.template(for: loaded.information)
    let options = GenerationOptions(maximumTokens: maxTokens ?? script.maximumTokens)
    let run = try RunReport(loaded, arguments: model)
    let prompts = prompt.map { [DemoScript.Prompt(title: "Your prompt", prompt: $0)] }

    if !json { introduce(script, loaded) }
    var reports: [DemoReport] = []
    for item in prompts ?? script.prompts {
      var generations: [GenerationReport] = []
      var results: [GenerationResult] = []
      for (name, setting) in [("undefended", DefenseSettings.none), ("defended", settings)] {
        let generation = try Generation(
          model: loaded, messages: item.messages, template: template, defense: setting,
          options: options, decoder: decoder.decoder, plan: decoder.plan)
        let result = try await Self.result(of: generation, name: name, of: options.maximumTokens)
        results.append(result)
        generations.append(
          GenerationReport(
            result, options: options,
            tokenizer: loaded.tokenizer, run: run))
      }
      if json {
        reports.append(
          DemoReport(
            title: item.title, prompt: item.prompt, undefended: generations[0],
            defended: generations[1]))
      } else {
        DemoView(tokenizer: loaded.tokenizer).show(
          item, undefended: results[0], defended: results[1])
      }
    }
    if json {
      try JSONOutput.print(reports)
    } else {
      for line in Columns.wrap(script.note, width: Terminal.width) {
        Terminal.line(Style.dim(line))
      }
    }
  }

  private func introduce(_ script: DemoScript, _ model: LlamaModel) {
    Terminal.line(Style.bold("RESTA on \(model.information.name)"))
    for line in Columns.wrap(script.introduction, width: Terminal.width) { Terminal.line(line) }
  }

  /// Generates with a progress line on a terminal.
  private static func result(
    of generation: Generation, name: String, of limit: Int
  ) async throws -> GenerationResult {
    defer { Terminal.status("") }
    for try await event in generation {
      switch event {
      case .token(let token):
        Terminal.status("Answering, \(name): token \(token.position + 1) of at most \(limit)")
      case .text: break
      case .finished(let result): return result
      }
    }
    throw CancellationError()
  }
}

/// What `resta demo --json` prints for each prompt.
struct DemoReport: Encodable {
  let title: String
  let prompt: String
  let undefended: GenerationReport
  let defended: GenerationReport
}
