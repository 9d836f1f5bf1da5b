/// Who holds which sequences of an engine and how many cells, and who waits for some.
///
/// First come, first served, as far as there is room. While the first ones in line wait for more than is
/// free, those behind them that fit go first: without limit in room that a waiting one does not need, and
/// ``passLimit`` times in room that it does. Then the pool empties until it has its turn.
package struct SequencePool: Sendable {
  /// What one holder has.
  package struct Grant: Sendable, Hashable {
    /// The number that it asked under.
    package let id: Int
    /// The engine's numbers of its sequences.
    package let sequences: [Int32]
    /// How many positions it may fill.
    package let cells: Int
  }

  /// What can be done for the first one that waits.
  package enum Step: Sendable, Hashable {
    /// It was given room, and waits no more.
    case grant(Grant)
    /// It needs more room than there is at all, and nobody else holds any: the room can be made
    /// larger, or as large as is needed at least, after which it is asked again.
    case grow(id: Int, room: SequenceRoom, least: SequenceRoom)
  }

  private struct Waiter {
    let id: Int
    let room: SequenceRoom
    /// Who came later and was served before it.
    var passers: Set<Int> = []
    /// How many of them took room that it needs.
    var delays = 0
  }

  /// How many that came later may be given room that someone who waits needs.
  package static let passLimit = 16

  /// The room that stays for others when it grows for one that needs more than all of it.
  private let usual: SequenceRoom
  /// All the room there is.
  ///
  /// Change it only while ``isIdle``.
  package var capacity: SequenceRoom
  private var grants: [Int: Grant] = [:]
  private var waiters: [Waiter] = []

  /// Makes a pool.
  package init(capacity: SequenceRoom = .none, usual: SequenceRoom = .none) {
    self.capacity = capacity
    self.usual = usual
  }

  /// Whether nobody holds any room.
  package var isIdle: Bool { grants.isEmpty }

  /// How many wait.
  package var waiting: Int { waiters.count }

  /// The room that is held.
  package var used: SequenceRoom {
    grants.values.reduce(into: .none) {
      $0.sequences += $1.sequences.count
      $0.cells += $1.cells
    }
  }

  /// Puts someone at the end of the line.
  package mutating func enqueue(_ id: Int, room: SequenceRoom) {
    waiters.append(Waiter(id: id, room: room))
  }

  /// Takes someone out of the line.
  package mutating func withdraw(_ id: Int) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// Takes back what someone holds.
  package mutating func release(_ id: Int) { grants[id] = nil }

  /// Serves the first one in line that can be.
  ///
  /// Call it until it gives nothing, after anything changed.
  package mutating func next() -> Step? {
    guard let first = waiters.first else { return nil }
    if isIdle, !capacity.holds(first.room) {
      return .grow(
        id: first.id, room: capacity.grown(for: first.room, usual: usual),
        least: capacity.union(first.room))
    }
    let held = used
    let free = SequenceRoom(
      sequences: capacity.sequences - held.sequences, cells: capacity.cells - held.cells)
    for (index, waiter) in waiters.enumerated() where free.holds(waiter.room) {
      let delayed = waiters[..<index].indices.filter { isDelayed(waiters[$0], by: waiter.room) }
      guard delayed.allSatisfy({ waiters[$0].delays < Self.passLimit }) else { continue }
      for ahead in delayed { waiters[ahead].delays += 1 }
      for ahead in 0..<index { waiters[ahead].passers.insert(waiter.id) }
      return .grant(serve(waiters.remove(at: index)))
    }
    return nil
  }

  /// Whether someone who waits would still miss room when all that came before it had given theirs back.
  private func isDelayed(_ waiter: Waiter, by room: SequenceRoom) -> Bool {
    let later = grants.values.filter { waiter.passers.contains($0.id) }
    return !capacity.holds(
      SequenceRoom(
        sequences: later.reduce(waiter.room.sequences + room.sequences) { $0 + $1.sequences.count },
        cells: later.reduce(waiter.room.cells + room.cells) { $0 + $1.cells }))
  }

  private mutating func serve(_ waiter: Waiter) -> Grant {
    let taken = Set(grants.values.flatMap(\.sequences))
    let free = (0..<Int32(capacity.sequences)).lazy.filter { !taken.contains($0) }
    let grant = Grant(
      id: waiter.id, sequences: Array(free.prefix(waiter.room.sequences)),
      cells: waiter.room.cells)
    grants[waiter.id] = grant
    return grant
  }
}

/// Room in an engine's cache: an amount that is asked for, used, or there at all.
package struct SequenceRoom: Sendable, Hashable {
  /// How many sequences.
  package var sequences: Int
  /// How many positions they hold in total, shared ones counted once.
  package var cells: Int

  /// No room.
  package static let none = SequenceRoom(sequences: 0, cells: 0)

  /// Makes an amount.
  package init(sequences: Int, cells: Int) {
    self.sequences = sequences
    self.cells = cells
  }

  /// Whether another amount fits into this one.
  package func holds(_ other: SequenceRoom) -> Bool {
    other.sequences <= sequences && other.cells <= cells
  }

  /// The room to grow to for one that needs more than there is.
  ///
  /// Beside it the usual room stays for others, and cells double, so that requests of which each is a
  /// little larger than the one before empty the engine a few times and not each time. Without a usual
  /// room it is as small as can be.
  package func grown(for room: SequenceRoom, usual: SequenceRoom) -> SequenceRoom {
    var result = union(usual).union(room)
    guard usual.cells > 0, room.cells > usual.cells else { return result }
    var cells = max(self.cells, usual.cells)
    while cells < usual.cells + room.cells { cells *= 2 }
    result.cells = cells
    return result
  }

  /// The smallest room that holds both.
  package func union(_ other: SequenceRoom) -> SequenceRoom {
    SequenceRoom(sequences: max(sequences, other.sequences), cells: max(cells, other.cells))
  }
}

/// What one reservation has in the cache: how long each of its sequences is, and what it may still
/// fill.
package struct SequenceLedger: Sendable {
  /// What the reservation holds.
  package let grant: SequencePool.Grant
  /// The length of each sequence.
  package private(set) var lengths: [Int]
  /// How many of a sequence's positions belong to another one that it was forked from.
  private var shared: [Int]

  /// Makes the ledger of empty sequences.
  package init(_ grant: SequencePool.Grant) {
    self.grant = grant
    lengths = Array(repeating: 0, count: grant.sequences.count)
    shared = lengths
  }

  /// How many cells are filled, shared ones counted once.
  package var usedCells: Int { zip(lengths, shared).reduce(0) { $0 + $1.0 - $1.1 } }

  /// Checks that there is room for segments.
  package func check(_ segments: [ForwardSegment]) throws(RESTAError) {
    var cells = usedCells
    for segment in segments where segment.input.count > 0 {
      try check(segment.sequence)
      cells += segment.input.count
    }
    guard cells <= grant.cells else {
      throw RESTAError(
        .engineFailed, "A pass needs \(cells) positions and \(grant.cells) were reserved.")
    }
  }

  /// Notes what a pass has appended.
  package mutating func advance(to lengths: [Int]) { self.lengths = lengths }

  /// Makes one sequence share the first positions of another.
  package mutating func fork(
    _ source: Int, to target: Int, length: Int
  ) throws(RESTAError) -> CacheOperation? {
    try check(source)
    try check(target)
    guard length >= 0, length <= lengths[source], lengths[target] == 0 else {
      throw RESTAError(.engineFailed, "A fork needs a filled source and an empty target.")
    }
    guard length > 0 else { return nil }
    lengths[target] = length
    shared[target] = length
    return CacheOperation(
      owner: grant.id,
      action: .fork(
        source: grant.sequences[source], target: grant.sequences[target], length: length))
  }

  /// Drops all positions of a sequence from `length` on.
  package mutating func truncate(
    _ sequence: Int, to length: Int
  ) throws(RESTAError) -> CacheOperation? {
    try check(sequence)
    guard length >= 0, length <= lengths[sequence] else {
      throw RESTAError(.engineFailed, "A sequence cannot be rolled forward.")
    }
    guard length < lengths[sequence] else { return nil }
    lengths[sequence] = length
    shared[sequence] = min(shared[sequence], length)
    return CacheOperation(
      owner: grant.id, action: .truncate(sequence: grant.sequences[sequence], length: length))
  }

  private func check(_ sequence: Int) throws(RESTAError) {
    guard grant.sequences.indices.contains(sequence) else {
      throw RESTAError(.engineFailed, "Sequence \(sequence) is not reserved.")
    }
  }
}
