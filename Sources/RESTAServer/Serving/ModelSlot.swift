import Synchronization

/// Where the model is once it is loaded, and what `/health` says until then.
final class ModelSlot: Sendable {
  /// What the server can do.
  enum State: Sendable {
    /// It loads the model; the share that is loaded, in 0...1.
    case loading(Double)
    /// It answers.
    case ready(ServedModel)
    /// It finishes what runs, and takes nothing new.
    case stopping
  }

  // Invariant: `stopping` is final, and `ready` but for that.
  private let current = Mutex(State.loading(0))

  /// What the server can do now.
  var state: State { current.withLock { $0 } }

  /// Moves on, unless the server is stopping.
  func set(_ state: State) {
    current.withLock { current in
      switch (current, state) {
      case (.stopping, _), (.ready, .loading): return
      default: current = state
      }
    }
  }

  /// The model.
  ///
  /// - Throws: ``APIError`` 503 while there is none.
  func model() throws(APIError) -> ServedModel {
    switch state {
    case .ready(let model): return model
    case .loading: throw .modelLoading
    case .stopping: throw .shuttingDown
    }
  }
}
