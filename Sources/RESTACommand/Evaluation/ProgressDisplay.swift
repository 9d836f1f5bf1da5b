import RESTAEvaluation
import Synchronization

/// How far a run is, told from any task.
final class ProgressDisplay: Sendable {
  // Invariant: one line is written at a time.
  private let progress = Mutex(Progress())

  /// Shows generations.
  func show(_ run: RunProgress) {
    guard run.total > 0, run.done < run.total else { return }
    var text = "Answer \(run.done + 1) of \(run.total)"
    if run.failed > 0 { text += ", \(run.failed) failed" }
    if run.unscored > 0 { text += ", \(run.unscored) verdicts missing" }
    progress.withLock { $0.show(text, done: run.share) }
  }

  /// Shows comparisons with the undefended answers.
  func showComparisons(_ done: Int, of total: Int) {
    guard total > 0, done < total else { return }
    progress.withLock {
      $0.show("Comparison \(done + 1) of \(total)", done: Double(done) / Double(total))
    }
  }

  /// Removes the moving line.
  func clear() { progress.withLock { $0.clear() } }
}
