import Synchronization

/// Sequences of one generation in an engine that a ``Scheduler`` shares out.
package final class ScheduledReservation: SequenceReservation {
  private let scheduler: Scheduler
  /// What it holds.
  package let grant: SequencePool.Grant

  init(scheduler: Scheduler, grant: SequencePool.Grant) {
    self.scheduler = scheduler
    self.grant = grant
  }

  deinit {
    let (scheduler, owner) = (scheduler, grant.id)
    Task { await scheduler.release(owner) }
  }

  /// Appends positions to sequences, together with what other generations want at the time.
  package func forward<Row: Sendable>(
    _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
  ) async throws -> [Row] {
    try Task.checkCancellation()
    // Here rather than in the scheduler, which others wait for.
    try scheduler.engine.inputs.check(segments)
    let rows = Mutex([Row]())
    try await scheduler.forward(segments, owner: grant.id) { number, logits in
      let row = try read(number, logits)
      rows.withLock { $0.append(row) }
    }
    return try segments.checked(rows.withLock { $0 })
  }

  /// Makes `target` share the first positions of `source`.
  package func fork(_ source: Int, to target: Int, length: Int) async throws {
    try await scheduler.fork(source, to: target, length: length, owner: grant.id)
  }

  /// Drops all positions of a sequence from `length` on.
  package func truncate(_ sequence: Int, to length: Int) async throws {
    try await scheduler.truncate(sequence, to: length, owner: grant.id)
  }

  /// Gives the room back, once no pass uses it any more.
  package func release() async { await scheduler.release(grant.id) }
}
