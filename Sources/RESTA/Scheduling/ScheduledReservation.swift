import Synchronization

/// Sequences of one generation in an engine that a ``Scheduler`` shares out.
package final class ScheduledReservation: SequenceReservation {
  fileprivate let scheduler: Scheduler
  /// What it holds.
  package let grant: SequencePool.Grant
  /// How many positions each sequence began with.
  package let inheritedLengths: [Int]

  init(scheduler: Scheduler, grant: SequencePool.Grant, inherited: [Int]) {
    self.scheduler = scheduler
    self.grant = grant
    inheritedLengths = inherited
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

  /// Gives the room back to who needs it, and keeps the positions until then.
  package func keep() async -> Bool { await scheduler.keep(grant.id) }

  /// Gives the room back, once no pass uses it any more.
  package func release() async { await scheduler.release(grant.id) }
}

extension Scheduler {
  /// The number under which it kept sequences; `nil` for those of another one.
  package nonisolated func number(of kept: any SequenceReservation) -> Int? {
    guard let kept = kept as? ScheduledReservation, kept.scheduler === self else { return nil }
    return kept.grant.id
  }

  /// Keeps what a reservation holds for one that begins with the same; its room is everybody's.
  func keep(_ owner: Int) async -> Bool {
    await settle(owner)
    guard broken[owner] == nil, !released.contains(owner), let ledger = ledgers[owner],
      ledger.usedCells > 0
    else { return false }
    ledgers[owner] = nil
    window.close(for: owner)
    kept[owner] = ledger
    pool.keep(owner, ledger)
    serve()
    pump()
    return true
  }

  /// The ledger of a grant, whose sequences may begin with those that were kept.
  func ledger(of grant: SequencePool.Grant, lengths: [Int]) -> SequenceLedger {
    let source: SequenceLedger?
    switch grant.origin {
    case nil: source = nil
    case .beside(let id): source = kept[id]
    case .instead(let id): source = kept.removeValue(forKey: id)
    }
    guard let source else { return SequenceLedger(grant) }
    return SequenceLedger(grant, source: source, wanted: lengths, &operations)
  }

  /// Gives up what was kept.
  func evict(_ id: Int) {
    pool.release(id)
    guard let ledger = kept.removeValue(forKey: id) else { return }
    empty(zip(ledger.grant.sequences, ledger.lengths).compactMap { $1 > 0 ? $0 : nil })
  }

  /// Gives up all that was kept: the cache does not hold it any more.
  func forgetKept() {
    for id in kept.keys { pool.release(id) }
    kept = [:]
  }
}
