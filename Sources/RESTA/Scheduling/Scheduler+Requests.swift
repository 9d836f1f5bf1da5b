extension Scheduler {
  /// Appends positions to sequences, in passes together with others' positions.
  func forward(
    _ segments: [ForwardSegment], owner: Int, read: @escaping RowReader
  ) async throws {
    window.close(for: owner)
    await settle(owner)
    let ledger = try ledger(owner)
    try ledger.check(segments)
    let cursor = ForwardCursor(segments, ledger)
    guard !cursor.isFinished else { return }
    let member = PassMember(id: nextID(), owner: owner, read: read)
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        pending.append(
          ForwardRequest(member: member, cursor: cursor, continuation: continuation))
        // Cancelled before it was in line: the handler finds nothing to remove.
        if Task.isCancelled { cancel(member.id) } else { pump() }
      }
    } onCancel: {
      // At once, for the engine; the rest when the scheduler has time.
      member.cancel()
      Task { await self.cancel(member.id) }
    }
  }

  /// Makes one sequence of a reservation share the first positions of another.
  func fork(_ source: Int, to target: Int, length: Int, owner: Int) async throws {
    await settle(owner)
    var ledger = try ledger(owner)
    // The next pass does it; nothing can look at the sequence before that.
    if let operation = try ledger.fork(source, to: target, length: length) {
      operations.append(operation)
    }
    ledgers[owner] = ledger
  }

  /// Drops a sequence's positions from `length` on.
  func truncate(_ sequence: Int, to length: Int, owner: Int) async throws {
    await settle(owner)
    var ledger = try ledger(owner)
    if let operation = try ledger.truncate(sequence, to: length) { operations.append(operation) }
    ledgers[owner] = ledger
  }

  private func ledger(_ owner: Int) throws -> SequenceLedger {
    if let error = broken[owner] { throw error }
    guard let ledger = ledgers[owner], !released.contains(owner) else { throw Self.wasReleased }
    return ledger
  }

  /// Waits until no forward call of a reservation is under way: one that was cancelled may still be
  /// in the running pass.
  func settle(_ owner: Int) async {
    while (running + pending).contains(where: { $0.member.owner == owner }) {
      await withCheckedContinuation { settling.append($0) }
    }
  }

  private func cancel(_ id: Int) {
    if let index = pending.firstIndex(where: { $0.member.id == id }) {
      end(pending.remove(at: index), throwing: CancellationError())
    } else if let index = running.firstIndex(where: { $0.member.id == id }) {
      running[index] = ended(running[index], throwing: CancellationError())
    }
  }

  /// Ends the forward calls of a reservation that was released.
  func drop(_ owner: Int) {
    window.close(for: owner)
    for request in pending where request.member.owner == owner {
      end(request, throwing: Self.wasReleased)
    }
    pending.removeAll { $0.member.owner == owner }
    for index in running.indices where running[index].member.owner == owner {
      running[index] = ended(running[index], throwing: Self.wasReleased)
    }
  }

  /// Tells a forward call that it has failed.
  func end(_ request: ForwardRequest, throwing error: any Error) {
    request.continuation?.resume(throwing: error)
    wake()
  }

  /// Tells a forward call that it is over, while the engine still computes for it.
  private func ended(_ request: ForwardRequest, throwing error: any Error) -> ForwardRequest {
    var request = request
    // Nothing may be read once the call has returned.
    request.member.close()
    request.continuation?.resume(throwing: error)
    request.continuation = nil
    return request
  }

  /// Lets those look again who wait for the end of another call.
  func wake() {
    let waiting = settling
    settling = []
    for continuation in waiting { continuation.resume() }
  }

  private static let wasReleased = RESTAError(.engineFailed, "The sequences were released.")
}

extension Scheduler {
  /// Starts a pass, unless one runs or somebody is worth waiting for.
  func pump() {
    guard running.isEmpty, !pending.isEmpty else { return }
    if let wait = window.remaining {
      guard timer == nil else { return }
      timer = Task { [clock, passes] in
        try? await clock.sleep(for: wait)
        self.windowEnded(after: passes)
      }
      return
    }
    window.lapse()
    timer?.cancel()
    timer = nil
    let plan = PassPlan(pending, batchSize: engine.batchSize, isShared: window.hasLate)
    (running, pending) = (plan.taken, plan.left)
    let changes = operations
    operations = []
    Task { [engine] in
      finish(await engine.outcome(of: plan.pass, after: changes))
    }
  }

  private func windowEnded(after passes: Int) {
    guard passes == self.passes, running.isEmpty else { return }
    timer = nil
    window.lapse()
    pump()
  }

  private func finish(_ outcome: PassOutcome) {
    passes += 1
    broken.merge(outcome.broken.filter { ledgers[$0.key] != nil }) { first, _ in first }
    let members = running
    running = []
    var served: [Int] = []
    for request in members {
      let (id, owner) = (request.member.id, request.member.owner)
      if outcome.computed.contains(id) { ledgers[owner]?.advance(to: request.cursor.lengths) }
      guard request.continuation != nil else { continue }
      if let error = request.member.failure ?? outcome.failures[id] ?? broken[owner] {
        end(request, throwing: error)
      } else if request.member.isGone {
        end(request, throwing: CancellationError())
      } else if request.cursor.isFinished {
        served.append(owner)
        request.continuation?.resume()
      } else {
        // Behind those who got nothing in this pass.
        pending.append(request)
      }
    }
    window.open(for: served, clock: clock)
    for owner in released { free(owner) }
    wake()
    serve()
    pump()
  }
}
