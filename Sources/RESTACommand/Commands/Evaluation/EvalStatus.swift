import ArgumentParser
import RESTAEvaluation

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
      without an answer: \(counts.failed); verdicts: \(counts.verdicts), missing: \(counts.unscored)
      sessions: \(counts.sessions)
      digest: \(output.digest)
      """)
  }
}
