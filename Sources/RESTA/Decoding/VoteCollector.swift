import Synchronization

/// Gathers votes on the engine's thread, where the logits lie.
final class VoteCollector: Sendable {
  private struct State {
    var run: VotingRun
    var readSeconds = 0.0
    var rows = 0
  }

  private let stopwatch: Stopwatch
  // Invariant: changed by one pass at a time; nobody reads while one is under way.
  private let state: Mutex<State>

  init(_ run: VotingRun, stopwatch: Stopwatch) {
    self.stopwatch = stopwatch
    state = Mutex(State(run: run))
  }

  /// The votes so far.
  var run: VotingRun { state.withLock { $0.run } }

  /// How long reading logits took, in seconds.
  var readSeconds: Double { state.withLock { $0.readSeconds } }

  /// How many rows of logits came.
  var rows: Int { state.withLock { $0.rows } }

  /// What a pass shows its logits to.
  ///
  /// - Parameter places: Whose rows they are, in the order of the pass.
  /// - Returns: The reader of one pass.
  func reader(_ places: [VotingRun.Place]) -> LogitReader {
    { [self] rows, logits in
      let start = stopwatch.seconds
      try state.withLock { state in
        guard rows.upperBound <= places.count else { throw Self.wrongRows(places.count) }
        try state.run.read(logits, of: places[rows])
        state.rows += rows.count
        state.readSeconds += stopwatch.seconds - start
      }
    }
  }

  static func wrongRows(_ wanted: Int) -> RESTAError {
    RESTAError(
      .engineFailed, "The engine returned other rows of logits than the \(wanted) asked for.")
  }
}
