import ArgumentParser
import Foundation
import RESTA
import RESTAEvaluation
import RESTALocal
import RESTAReport
import Synchronization

/// `resta eval run`: does an evaluation, or the rest of one, and reports.
struct EvalRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an evaluation, or the rest of it, and write its report.",
    discussion: """
      Without a configuration the built-in one runs: our own mild requests, attacks and everyday \
      questions against the demo's model, undefended and defended, in five to ten minutes on two \
      cores. Run the same command again after an interrupt: nothing is generated twice.

      Unless --model or --lora is given, or the configuration names a model, the default model gets \
      the adapter that made it refuse (see 'resta demo').

      Examples:
        resta eval run
        resta eval run mine.yaml --model model.gguf --data ~/evaluation-data
        resta eval run mine.yaml --only none --only "resta isotropic*"
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
    let file = try arguments.subject.configuration(configuration)
    let output = EvaluationSession.output(of: file.name, given: arguments.store.output)
    let session = try await arguments.session(file)
    if arguments.dryRun { return try DryRun(session: session).show(json: json) }
    let store = try await arguments.store.run(session, in: output, json: json)
    if !json, !arguments.only.isEmpty {
      Terminal.error("Without --only the same command goes on with the rest of the plan.")
    }
    if session.plan.shard != .all || noReport {
      if json { try JSONOutput.print(try await store.counts()) }
      try store.close()
      if session.plan.shard != .all, !json {
        let next =
          session.hasComparisons
          ? "'resta eval run' once more in the joined store's folder, for comparisons across parts"
          : "'resta report'"
        Terminal.error("This is a part: join all with 'resta eval merge', then \(next).")
      }
      return
    }
    let writer = ReportWriter(store: store, folder: output, showsHarmful: showHarmful)
    try await writer.write(json: json)
    try store.close()
  }
}

/// What a run did, in a line or two on the error output.
enum RunSummary {
  /// Tells what was done, and what is missing.
  static func show(_ done: RunProgress, _ counts: EvaluationStore.Counts, store: String) {
    let new = done.done - done.known
    let before = counts.done - new
    let known = before > 0 ? ", \(before) were there already" : ""
    let judged = done.known > 0 ? ", \(done.known) of them were judged now" : ""
    Terminal.error("\(new) generations\(known)\(judged); results in \(store)")
    if counts.failed > 0 {
      Terminal.error(
        "\(counts.failed) of \(counts.done) generations have no answer; they are unscored, not safe."
      )
    }
    if counts.unscored > 0 {
      Terminal.error(
        "\(counts.unscored) of \(counts.verdicts) verdicts are unscored; see --retry-unscored.")
    }
  }
}

/// How far a run is, told from any task.
final class ProgressDisplay: Sendable {
  // Invariant: one line is written at a time.
  let progress = Mutex(Progress())

  /// Shows generations, or comparisons with the undefended answers.
  func show(_ state: EvaluationProgress) {
    switch state {
    case .answers(let run) where run.done < run.total:
      var text = "Answer \(run.done + 1) of \(run.total)"
      if run.failed > 0 { text += ", \(run.failed) failed" }
      if run.unscored > 0 { text += ", \(run.unscored) verdicts unscored" }
      progress.withLock { $0.show(text, done: run.share) }
    case .comparisons(let done, let total) where done < total:
      progress.withLock {
        $0.show("Comparison \(done + 1) of \(total)", done: Double(done) / Double(total))
      }
    case .answers, .comparisons: break
    }
  }

  /// Removes the moving line.
  func clear() { progress.withLock { $0.clear() } }
}

/// What a run would do and cost.
struct DryRun {
  let session: EvaluationSession

  private struct Output: Encodable {
    let estimate: RunEstimate
    let shard: String
    let planned: Int
    let seconds: Double
    let datasets: [Data]

    struct Data: Encodable {
      let name: String
      let entries: Int
      let withoutPrompt: Int
      let badRows: [String]
    }
  }

  /// Prints the estimate.
  func show(json: Bool) throws {
    let estimate = RunEstimate(session.plan, subject: session.subject)
    // Passes of eight positions, about what a defended answer's have.
    let seconds = estimate.positions * PassCosts.typical.seconds(positions: 8) / 8
    if json {
      return try JSONOutput.print(
        Output(
          estimate: estimate,
          shard: "\(session.plan.shard.index)/\(session.plan.shard.count)",
          planned: session.plan.total, seconds: seconds,
          datasets: session.plan.datasets.map {
            Output.Data(
              name: $0.name, entries: $0.rows, withoutPrompt: $0.nulls - $0.badRows.count,
              badRows: $0.badRows)
          }))
    }
    Terminal.lines(
      Columns.table(
        [["Defence", "answers", "positions, at most"]]
          + estimate.parts.map {
            [Columns.harmless($0.defense), "\($0.answers)", "\(Int($0.positions))"]
          }))
    Terminal.line(
      "\(estimate.answers) answers (\(estimate.generations) different generations) of "
        + "\(session.plan.total) in the whole plan; about \(Progress.time(seconds)) for the default "
        + "model of 135M parameters on two fast cores, up to twice that on slow ones, and in "
        + "proportion to that for others. Nothing was run.")
  }
}
