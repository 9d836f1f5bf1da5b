import Synchronization

/// Chooses by one row of logits on the engine's thread, where they lie.
final class ChoiceReader<Choice: Sendable>: Sendable {
  private struct State {
    var choice: Choice?
    var seconds = 0.0
  }

  private let stopwatch: Stopwatch
  private let choose: @Sendable (Span<Float>) throws -> Choice
  // Invariant: written by the one pass that it reads.
  private let state = Mutex(State())

  init(stopwatch: Stopwatch, choose: @escaping @Sendable (Span<Float>) throws -> Choice) {
    self.stopwatch = stopwatch
    self.choose = choose
  }

  /// How long choosing took, in seconds.
  var seconds: Double { state.withLock { $0.seconds } }

  /// What the pass shows its logits to.
  var read: LogitReader {
    { [self] rows, logits in
      let start = stopwatch.seconds
      let choice = rows == 0..<1 ? try choose(logits) : nil
      state.withLock { state in
        state.choice = choice
        state.seconds = stopwatch.seconds - start
      }
    }
  }

  /// What was chosen.
  ///
  /// - Throws: ``RESTAError`` with `engineFailed` when the pass gave another number of rows than one.
  func choice() throws(RESTAError) -> Choice {
    guard let choice = state.withLock({ $0.choice }) else {
      throw RESTAError(.engineFailed, "The engine returned no logits for the next token.")
    }
    return choice
  }
}
