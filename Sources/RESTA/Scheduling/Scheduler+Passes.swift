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
    let changes =
      stale.map { CacheOperation(owner: 0, action: .truncate(sequence: $0, length: 0)) }
      + operations
    (stale, operations) = ([], [])
    Task { [engine] in
      finish(await PassRun(engine: engine).run(plan.pass, after: changes))
    }
  }

  private func windowEnded(after passes: Int) {
    guard passes == self.passes, running.isEmpty else { return }
    timer = nil
    window.lapse()
    pump()
  }

  private func finish(_ outcome: PassRun.Outcome) {
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
