import Synchronization

/// Chooses one token on the engine's thread, where its logits lie.
final class ChoiceReader: Sendable {
  private struct State {
    var token: Int?
    var seconds = 0.0
  }

  private let stopwatch: Stopwatch
  private let choose: @Sendable (Span<Float>) throws -> Int
  // Invariant: written by the one pass that it reads.
  private let state = Mutex(State())

  init(stopwatch: Stopwatch, choose: @escaping @Sendable (Span<Float>) throws -> Int) {
    self.stopwatch = stopwatch
    self.choose = choose
  }

  /// How long choosing took, in seconds.
  var seconds: Double { state.withLock { $0.seconds } }

  /// What the pass shows its logits to.
  var read: LogitReader {
    { [self] rows, logits in
      let start = stopwatch.seconds
      let token = rows == 0..<1 ? try choose(logits) : nil
      state.withLock { state in
        state.token = token
        state.seconds = stopwatch.seconds - start
      }
    }
  }

  /// The token that was chosen.
  ///
  /// - Throws: ``RESTAError`` with `engineFailed` when the pass gave another number of rows than one.
  func token() throws(RESTAError) -> TokenID {
    guard let token = state.withLock({ $0.token }) else {
      throw RESTAError(.engineFailed, "The engine returned no logits for the next token.")
    }
    return TokenID(token)
  }
}
