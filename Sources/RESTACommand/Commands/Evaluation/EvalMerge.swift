import ArgumentParser
import Foundation
import RESTAEvaluation

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
    for part in parts {
      try EvaluationStore(path: part, mustExist: true).close()
    }
    let store = try EvaluationStore(path: into)
    for part in parts {
      guard
        URL(fileURLWithPath: part).standardizedFileURL.path
          != URL(fileURLWithPath: into).standardizedFileURL.path
      else { throw Failure.usage("'\(part)' is both the result and a part.") }
      try await store.merge(part)
    }
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
