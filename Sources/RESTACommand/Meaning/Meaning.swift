import ArgumentParser
import RESTA
import RESTAEvaluation
import RESTALlama
import RESTALocal
import RESTAReport

/// `resta meaning`: what of a prompt's meaning survives noise.
struct MeaningCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "meaning",
    abstract: "Measure what noise leaves of prompts: embeddings, predictions, answers.",
    discussion: """
      For each noise and strength, over prompts: how far the embeddings of the perturbed tokens are \
      from the clean ones, and whether they are still nearest to their own token among all rows of the \
      embedding table; how far the prediction of the answer's first token is from the clean one; and \
      how many of the undefended answer's first l tokens stay. One noisy copy is the first of the k \
      that vote. Intervals are of 95 %, with prompts as clusters.

      The options of the noise take one value or several, separated by commas; all combinations are \
      measured. --json has every token and every answer too: Tools/meaning/similarity.py compares the \
      answers by a sentence embedding model.

      Nothing is kept for later: Ctrl-C prints what was measured of the prompts that are done.

      Examples:
        resta meaning --sigma 0.25,0.5,1
        resta meaning --noise isotropic,hard --sigma 0.5,1 --limit 20 --json > meaning.json
        resta meaning --prompts mine.txt --sigma 0.5 --samples 5 --max-tokens 64
      """)

  @Option(help: ArgumentHelp("Strengths.", valueName: "list"))
  var sigma = "0.25,0.5,0.8,1,1.5"

  @OptionGroup var grid: GridArguments

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The most tokens of an answer.", valueName: "n"))
  var maxTokens = 24

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of the first prompt's noise; the next has the next.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      """
      Prompts: CSV, JSON Lines or a JSON list with a column or field such as prompt, instruction \
      or goal; a JSON list of texts; or plain text, one on each line. (default: the development side of \
      our own everyday requests)
      """, valueName: "file"))
  var prompts: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Measure at most so many prompts, the first ones.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @Flag(help: "Print one JSON object; progress goes to the error output.")
  var json = false

  @OptionGroup(title: "Model") var model: ModelArguments

  /// What `--json` prints.
  private struct Report: Encodable {
    let run: RunReport
    let maxTokens: Int
    let prompts: Int
    /// Prompts that were to be measured.
    let planned: Int
    let settings: [MeaningPoint]
    let byPrompt: [PromptMeaning]
  }

  func run() async throws {
    let defenses = try GridArguments.defenses(grid.lists(sigma: sigma))
    guard defenses.allSatisfy(\.defense.isActive) else {
      throw Failure.usage("Give noises other than none, and a --prefix above 0.")
    }
    try Failure.check("--max-tokens", maxTokens)
    try Failure.check("--limit", limit)
    let texts = try texts()
    let arguments = try model.adapted(noLora: noLora)
    try arguments.remote.refuse()
    try arguments.check()
    let loaded = try await arguments.load(passCosts: .typical)
    let study = MeaningStudy(
      model: loaded, template: try arguments.template(for: loaded), defenses: defenses,
      maximumTokens: maxTokens)
    let run = try RunReport(loaded, arguments: arguments)
    if !json {
      Terminal.line(
        "\(Columns.harmless(run.model)): \(texts.count) prompts, seeds from \(seed), "
          + "greedy answers of at most \(maxTokens) tokens")
    }
    var found: [PromptMeaning] = []
    do {
      var progress = Progress()
      defer { progress.clear() }
      for (number, text) in texts {
        found.append(
          try await study.measure(text, number: number, seed: seed &+ UInt64(number)) { setting in
            let part = Double(setting) / Double(defenses.count)
            progress.show(
              "Prompt \(found.count + 1) of \(texts.count), \(defenses[setting].defaultName)",
              done: (Double(found.count) + part) / Double(texts.count))
          })
      }
    } catch {
      if !found.isEmpty { try show(found, of: texts.count, study, run) }
      throw error
    }
    try show(found, of: texts.count, study, run)
  }

  private func texts() throws -> [(index: Int, text: String)] {
    let all =
      if let prompts {
        try PromptList(prompts).prompts
      } else {
        try Dataset.builtIn(.benign, split: .development).samples.enumerated().map {
          (index: $0.offset, text: $0.element.prompt)
        }
      }
    return Array(all.prefix(limit ?? all.count))
  }

  /// Prints what was measured.
  private func show(
    _ found: [PromptMeaning], of planned: Int, _ study: MeaningStudy, _ run: RunReport
  ) throws {
    let points = study.defenses.enumerated().map {
      MeaningPoint($0.offset, name: $0.element.defaultName, in: found)
    }
    guard !json else {
      return try JSONOutput.print(
        Report(
          run: run, maxTokens: maxTokens, prompts: found.count, planned: planned,
          settings: points, byPrompt: found))
    }
    if found.count < planned {
      Terminal.line("\nMeasured: \(found.count) of \(planned) prompts.")
    }
    for table in MeaningPoint.tables(points) {
      Terminal.line()
      Terminal.lines(Columns.wrap(table.title, width: Terminal.width))
      let lines = Columns.table([table.head] + table.rows)
      Terminal.line(Style.dim(lines[0]))
      Terminal.lines(Array(lines.dropFirst()))
    }
  }
}
