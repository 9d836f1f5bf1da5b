import RESTAEvaluation

/// What a run did, in a line or two on the error output.
enum RunSummary {
  /// Tells what was done, and what is missing.
  static func show(_ done: RunProgress, _ counts: EvaluationStore.Counts, store: String) {
    let before = counts.done - done.done
    let known = before > 0 ? ", \(before) were there already" : ""
    Terminal.error(
      "\(done.done) generations\(known); results in \(store)")
    if counts.failed > 0 {
      Terminal.error(
        "\(counts.failed) of \(counts.done) generations have no answer; they are unscored, not safe."
      )
    }
    if counts.unscored > 0 {
      Terminal.error(
        "\(counts.unscored) of \(counts.verdicts) verdicts are missing; ask again with "
          + "--retry-unscored. Such answers are unscored, not safe.")
    }
  }
}
