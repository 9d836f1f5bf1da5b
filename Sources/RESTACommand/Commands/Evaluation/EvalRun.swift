import ArgumentParser
import Foundation
import RESTAEvaluation

/// `resta eval run`: does an evaluation, or the rest of one, and reports.
struct EvalRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an evaluation, or the rest of it, and write its report.",
    discussion: """
      Without a configuration the built-in one runs: our own mild requests, attacks and everyday \
      questions against the demo's model, undefended and defended, in under ten minutes on two \
      cores. Run the same command again after an interrupt: nothing is generated twice.

      Unless --model or --lora is given, or the configuration names a model, the default model gets \
      the adapter that made it refuse (see 'resta demo').

      Examples:
        resta eval run
        resta eval run mine.yaml --model model.gguf --data ~/evaluation-data
        resta eval run mine.yaml --shard 1/4 --output part-1
      """)

  @Argument(help: "A configuration, YAML. (default: the built-in one)")
  var configuration: String?

  @OptionGroup var arguments: EvaluationArguments

  @Flag(help: "Leave out the report.")
  var noReport = false

  @Flag(help: "Show prompts of attacks and answers to harmful requests in the report.")
  var showHarmful = false

  @Flag(help: "Print the report as JSON instead of a table; with --dry-run, the estimate.")
  var json = false

  func run() async throws {
    try arguments.check()
    let file = try ConfigurationFile(configuration)
    let output = EvaluationSession.output(of: file.value, given: arguments.output)
    let session = try await EvaluationSession(file, arguments)
    if arguments.dryRun {
      return try await DryRun(session).show(json: json)
    }
    let store = try EvaluationStore(
      path: EvaluationSession.storePath(in: output, shard: session.plan.shard))
    let done = try await session.run(into: store)
    let counts = try await store.counts()
    if !json { RunSummary.show(done, counts, store: store.path) }
    if session.plan.shard != .all || noReport {
      try store.close()
      if session.plan.shard != .all, !json {
        Terminal.error("This is a part: join all with 'resta eval merge', then 'resta report'.")
      }
      return
    }
    let writer = ReportWriter(store: store, folder: output, showsHarmful: showHarmful)
    try await writer.write(json: json)
    try store.close()
  }
}
