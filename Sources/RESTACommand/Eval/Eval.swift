import ArgumentParser
import Foundation
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta eval`: evaluations and what belongs to them.
struct Eval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure defences: attack success, usefulness, incoherence and cost, with intervals.",
    discussion: """
      An evaluation is a YAML file: what is asked (datasets), how it is defended (defenses), who \
      judges (judges), with which seeds. Results go to an SQLite file as they come; a run that was \
      stopped, or killed, goes on where it was. docs/evaluation.md documents each key.

      Examples:
        resta eval run                                  the built-in evaluation
        resta eval config > mine.yaml                   one to start from
        resta eval run mine.yaml --model model.gguf
        resta eval run mine.yaml --dry-run
        resta report evaluations/mine/results.sqlite
      """,
    subcommands: [
      EvalRun.self, EvalConfig.self, EvalData.self, EvalStatus.self, EvalMerge.self,
      EvalExport.self, EvalImport.self, EvalJudgeCheck.self,
    ])
}

/// `resta eval config`: prints the built-in configuration.
struct EvalConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print the built-in configuration, to start from.")

  func run() throws { Terminal.write(SubjectArguments.builtInText) }
}

/// `resta eval status`: what a store holds.
struct EvalStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say how far an evaluation is, and the digest of its results.",
    discussion: """
      Two stores with the same digest hold the same plan, answers, votes and verdicts, row for row; \
      times are left out. However often a run was stopped, and into however many parts it was split, \
      the digest at the end is the same.
      """)

  @Argument(help: "The store: a results.sqlite.")
  var store: String

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Output: Encodable {
    let name: String
    let counts: EvaluationStore.Counts
    let digest: String
  }

  func run() async throws {
    let store = try EvaluationStore(path: store, mustExist: true)
    let output = Output(
      name: try await store.record()?.name ?? "(not begun)", counts: try await store.counts(),
      digest: try await store.digest())
    try store.close()
    if json { return try JSONOutput.print(output) }
    let counts = output.counts
    Terminal.line(
      """
      \(output.name): \(counts.done) of \(counts.generations) generations, for \(counts.items) of \
      \(counts.planned) planned answers
      without an answer: \(counts.failed); verdicts: \(counts.verdicts), unscored: \(counts.unscored)
      sessions: \(counts.sessions)
      digest: \(output.digest)
      """)
  }
}

/// `resta eval merge`: joins the parts of an evaluation.
struct EvalMerge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the stores of an evaluation's parts (--shard) into one.",
    discussion: """
      Example:
        resta eval merge results.sqlite part-1/results-1-of-2.sqlite part-2/results-2-of-2.sqlite
      """)

  @Argument(help: "The store that takes over the others; made when it is missing.")
  var into: String

  @Argument(help: "The parts; they are only read.")
  var parts: [String]

  func run() async throws {
    // Before anything is made: a missing part is a slip of the command line.
    let result = URL(fileURLWithPath: into).resolvingSymlinksInPath().path
    for part in parts {
      guard URL(fileURLWithPath: part).resolvingSymlinksInPath().path != result else {
        throw Failure.usage("'\(part)' is both the result and a part.")
      }
      try EvaluationStore(path: part, mustExist: true).close()
    }
    let store = try EvaluationStore(path: into)
    for part in parts { try await store.merge(part) }
    let counts = try await store.counts()
    try store.close()
    Terminal.error(
      "\(into): \(counts.done) generations for \(counts.items) of \(counts.planned) planned answers."
    )
    if counts.items < counts.planned || counts.done < counts.generations {
      Terminal.error("Parts are missing, or not finished.")
    }
  }
}
