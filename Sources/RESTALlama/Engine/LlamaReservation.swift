import RESTA

/// Sequences of one generation in a ``LlamaEngine``.
final class LlamaReservation: SequenceReservation {
  private let engine: LlamaEngine
  private let lease: LlamaEngine.Lease

  init(engine: LlamaEngine, lease: LlamaEngine.Lease) {
    self.engine = engine
    self.lease = lease
  }

  deinit {
    let (engine, lease) = (engine, lease)
    Task { await engine.release(lease) }
  }

  func forward(_ segments: [ForwardSegment], read: @escaping LogitReader) async throws {
    try Task.checkCancellation()
    let abort = AbortFlag()
    try await withTaskCancellationHandler {
      try await engine.forward(segments, lease: lease, abort: abort, read: read)
    } onCancel: {
      abort.set()
    }
  }

  func fork(_ source: Int, to target: Int, length: Int) async throws {
    try await engine.fork(source, to: target, length: length, lease: lease)
  }

  func truncate(_ sequence: Int, to length: Int) async throws {
    try await engine.truncate(sequence, to: length, lease: lease)
  }

  func release() async {
    await engine.release(lease)
  }
}
