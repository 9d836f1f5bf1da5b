/// Runs a pass, and finds out whose fault it is when one fails.
struct PassRun: Sendable {
  /// What came of it.
  struct Outcome: Sendable {
    /// The members whose positions are in the cache.
    var computed: Set<Int> = []
    /// Why others have failed, by member.
    var failures: [Int: any Error] = [:]
    /// The reservations whose sequences are not what they should be, and why.
    var broken: [Int: any Error] = [:]
  }

  let engine: any PassEngine

  /// Runs a pass.
  ///
  /// - Parameters:
  ///   - pass: The pass.
  ///   - operations: What is done to the cache first.
  /// - Returns: What came of it, for each member that is not gone.
  func run(_ pass: EnginePass, after operations: [CacheOperation]) async -> Outcome {
    var outcome = Outcome()
    if !operations.isEmpty { outcome.broken = await engine.apply(operations) }
    let broken = outcome.broken
    let whole = broken.isEmpty ? pass : pass.filter { broken[$0.owner] == nil }
    guard !whole.members.isEmpty else { return outcome }
    await attempt(whole, &outcome)
    return outcome
  }

  private func attempt(_ pass: EnginePass, _ outcome: inout Outcome) async {
    do {
      try await engine.run(pass)
      outcome.computed.formUnion(pass.members.map(\.id))
    } catch {
      // What was finished before the failure is still in the cache.
      let refused = await engine.apply(pass.rollback)
      outcome.broken.merge(refused) { first, _ in first }
      for member in pass.members where !member.isGone {
        if pass.members.count == 1 || refused[member.owner] != nil {
          outcome.failures[member.id] = error
        } else {
          await attempt(pass.filter { $0.id == member.id }, &outcome)
        }
      }
    }
  }
}
