/// What goes into the next pass.
struct PassPlan: Sendable {
  /// The most positions of a pass that several generations share, or are about to.
  ///
  /// It bounds what a step of one token waits for the prompts of others: about 0.1 s with a small
  /// model on a CPU. Wider passes compute hardly more positions per second there.
  static let sharedPositions = 128

  /// The pass.
  let pass: EnginePass
  /// Those who have a part in it.
  var taken: [ForwardRequest] = []
  /// Those who have none, in the order in which they stand in line.
  var left: [ForwardRequest] = []

  /// Plans a pass.
  ///
  /// A lone request is computed in calls as large as the engine takes.
  ///
  /// - Parameters:
  ///   - requests: Those who wait, at least one; those who waited the longest first.
  ///   - batchSize: The most positions of one call of the engine.
  ///   - isShared: Whether others than the waiting ones are expected back soon.
  init(_ requests: [ForwardRequest], batchSize: Int, isShared: Bool) {
    var requests = requests
    // Those in front decide which kind comes first. All others can do at least their own first kind.
    let first = requests.first?.cursor.kind ?? .tokens
    let kinds = [first] + ForwardCursor.Kind.allCases.filter { $0 != first }
    let isLone = requests.count == 1 && !isShared
    var shares =
      isLone
      ? [Int.max]
      : PassShare.split(
        min(Self.sharedPositions, batchSize), over: requests.map { $0.cursor.positions(kinds) })
    let phases = kinds.map { kind in
      var parts: [EnginePass.Part] = []
      for index in requests.indices {
        let limit = min(shares[index], batchSize)
        let member = requests[index].member
        guard let part = requests[index].cursor.take(limit, kind, for: member) else { continue }
        parts.append(part)
        shares[index] -= part.positions
      }
      return EnginePass.Phase(parts: parts)
    }
    pass = EnginePass(phases: phases)
    let members = Set(pass.members.map(\.id))
    for request in requests {
      if members.contains(request.member.id) { taken.append(request) } else { left.append(request) }
    }
  }
}

/// A forward call that is under way.
struct ForwardRequest: Sendable {
  let member: PassMember
  var cursor: ForwardCursor
  /// Who waits for it; `nil` once it was told.
  var continuation: CheckedContinuation<Void, any Error>?
}
