// Public, because a conformance that this file adds to a public type is public too.
public import ArgumentParser
import Foundation
public import RESTAEvaluation

/// `resta eval import`: judges answers that were made elsewhere.
struct EvalImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Judge answers from elsewhere, and report.",
    discussion: """
      Each line of the file is an object with "answer" (or "response"; null is unscored) and either \
      "prompt" and "role" (direct, adversarial or benign), or "sample" (and "dataset"): the id of a \
      prompt of the configuration's datasets. "defense" says what answered. Coherence is judged by \
      the model that --model names.

      Example:
        resta eval import answers.jsonl --role direct --output imported
      """)

  @Argument(help: "The answers, JSON Lines.")
  var file: String

  @Option(
    help: ArgumentHelp("A configuration: its judges and datasets are used.", valueName: "yaml"))
  var configuration: String?

  @Option(help: "The role of prompts whose lines do not say.")
  var role: Sample.Role?

  @OptionGroup var arguments: EvaluationArguments

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  func run() async throws {
    try arguments.check()
    guard arguments.shard == nil, !arguments.dryRun else {
      throw Failure.usage("--shard and --dry-run are for 'resta eval run'.")
    }
    let base = try ConfigurationFile(configuration)
    let datasets =
      configuration == nil
      ? [] : try base.datasets(data: arguments.dataFolder, limit: nil)
    let imported = try ImportedAnswer.load(contentsOf: file, datasets: datasets, role: role)
    let session = try await EvaluationSession(
      judging: imported, from: file, base, arguments)
    let output = URL(fileURLWithPath: arguments.output ?? "evaluations/\(session.record.name)")
    let store = try EvaluationStore(
      path: EvaluationSession.storePath(in: output, shard: .all))
    let done = try await session.run(into: store)
    if !json { RunSummary.show(done, try await store.counts(), store: store.path) }
    try await ReportWriter(store: store, folder: output, showsHarmful: false).write(json: json)
    try store.close()
  }
}

extension Sample.Role: ExpressibleByArgument {}
