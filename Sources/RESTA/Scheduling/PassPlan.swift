/// What goes into the next pass.
struct PassPlan: Sendable {
  /// The most positions of a pass that several generations share, or are about to.
  ///
  /// It bounds what a step of one token waits for the prompts of others: about 0.1 s with a small
  /// model on a CPU. Wider passes compute hardly more positions per second there.
  static let sharedPositions = 128

  let pass: EnginePass
  /// Those who have a part in it.
  var taken: [ForwardRequest] = []
  /// Those who have none, in the order in which they stand in line.
  var left: [ForwardRequest] = []

  /// Plans a pass.
  ///
  /// A lone request is computed in calls as large as the engine takes.
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
    taken = requests.filter { members.contains($0.member.id) }
    left = requests.filter { !members.contains($0.member.id) }
  }
}

/// A forward call that is under way.
struct ForwardRequest: Sendable {
  let member: PassMember
  var cursor: ForwardCursor
  /// Who waits for it; `nil` once it was told.
  var continuation: CheckedContinuation<Void, any Error>?
}

/// How the positions of one pass are split over those who want some: max-min fair.
///
/// Everyone gets what it wants up to a common level, which is as high as the pass allows ("water filling"). So
/// a step of one token never waits for a long prompt, and the prompt gets all that is left over.
package enum PassShare {
  /// Splits positions.
  ///
  /// Where there are fewer positions than who want some, the first ones get one each: let those who
  /// got nothing stand in front the next time.
  package static func split(_ positions: Int, over needs: [Int]) -> [Int] {
    var shares = Array(repeating: 0, count: needs.count)
    var left = positions
    let rising = needs.indices.filter { needs[$0] > 0 }.sorted { needs[$0] < needs[$1] }
    var unserved = rising[...]
    // The smallest wishes first: what one of them leaves of its part raises the level of the rest.
    while let index = unserved.first, needs[index] <= left / unserved.count {
      shares[index] = needs[index]
      left -= needs[index]
      unserved.removeFirst()
    }
    guard !unserved.isEmpty else { return shares }
    let (level, rest) = left.quotientAndRemainder(dividingBy: unserved.count)
    for (place, index) in unserved.sorted().enumerated() {
      shares[index] = level + (place < rest ? 1 : 0)
    }
    return shares
  }
}

/// For whom the next pass waits a little.
///
/// Whoever had a part in a pass usually comes back within some 100 microseconds, with its next token. Without a
/// wait the first one back would start a pass alone, and they would take turns for ever.
struct BatchingWindow: Sendable {
  /// The longest wait after a pass: long for choosing a token, short beside a pass.
  static let length = Duration.milliseconds(2)

  /// Who is waited for.
  private var expected: Set<Int> = []
  /// Who was waited for in vain: not again until it has come back, but its step should not find a
  /// long pass under way when it does.
  private var late: Set<Int> = []
  private var stopwatch: Stopwatch?

  /// Whether somebody was waited for in vain.
  var hasLate: Bool { !late.isEmpty }

  /// Starts to wait, at the end of a pass, for those who were told their result.
  mutating func open(for owners: some Sequence<Int>, clock: any Clock<Duration>) {
    expected.formUnion(owners)
    stopwatch = Stopwatch(clock)
  }

  /// Someone has come back, or is gone for good.
  mutating func close(for owner: Int) {
    expected.remove(owner)
    late.remove(owner)
  }

  /// How long to wait from now on; `nil` when the next pass can start.
  var remaining: Duration? {
    guard !expected.isEmpty, let stopwatch else { return nil }
    let left = Self.length - .seconds(stopwatch.seconds)
    return left > .zero ? left : nil
  }

  /// Ends the wait, for those who have not come back.
  mutating func lapse() {
    late.formUnion(expected)
    expected = []
  }
}
