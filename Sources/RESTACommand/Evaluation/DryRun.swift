import RESTA
import RESTAEvaluation

/// What a run would do and cost.
struct DryRun {
  private let session: EvaluationSession
  private let estimate: RunEstimate

  init(_ session: EvaluationSession) {
    self.session = session
    estimate = RunEstimate(session.plan, subject: session.subject)
  }

  private struct Output: Encodable {
    let estimate: RunEstimate
    let shard: String
    let planned: Int
    let seconds: Double
  }

  /// Prints the estimate.
  func show(json: Bool) async throws {
    // Passes of eight positions, about what a defended answer's have.
    let seconds = estimate.positions * PassCosts.typical.seconds(positions: 8) / 8
    if json {
      return try JSONOutput.print(
        Output(
          estimate: estimate,
          shard: "\(session.plan.shard.index)/\(session.plan.shard.count)",
          planned: session.plan.total, seconds: seconds))
    }
    let width = max(8, estimate.parts.map(\.defense.count).max() ?? 0)
    Terminal.line("\(Columns.left("Defence", width))   answers   positions, at most")
    for part in estimate.parts {
      Terminal.line(
        "\(Columns.left(part.defense, width))  \(Columns.right("\(part.answers)", 8))  "
          + Columns.right("\(Int(part.positions))", 19))
    }
    Terminal.line(
      "\(estimate.answers) answers (\(estimate.generations) different generations) of "
        + "\(session.plan.total) in the whole plan; at most about \(Self.time(seconds)) for the "
        + "default model of 135M parameters on two cores, and in proportion to that for others. "
        + "Nothing was run.")
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 100 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
  }
}
