/// Who holds which sequences of an engine and how many cells, and who waits for some.
///
/// First come, first served, as far as there is room. While the first ones in line wait for more than is
/// free, those behind them that fit go first: without limit in room that a waiting one does not need, and
/// ``passLimit`` times in room that it does. Then the pool empties until it has its turn.
///
/// What a holder leaves behind can be *kept*: its positions stay for one who begins with the same, for
/// as long as nobody needs the room. Kept room is free room to everyone who waits.
package struct SequencePool: Sendable {
  /// What one holder has.
  package struct Grant: Sendable, Hashable {
    /// The number that it asked under.
    package let id: Int
    /// The engine's numbers of its sequences.
    package let sequences: [Int32]
    /// How many positions it may fill.
    package let cells: Int
    /// The kept sequences that it begins with, if they were still there.
    package var origin: Origin?

    fileprivate var room: SequenceRoom { SequenceRoom(sequences: sequences.count, cells: cells) }
  }

  /// How someone comes by the positions of kept sequences.
  package enum Origin: Sendable, Hashable {
    /// It has sequences beside them, which share their positions.
    case beside(Int)
    /// There was no room for both: its sequences are those, which are kept no more.
    case instead(Int)
  }

  /// Sequences that nobody holds, and what is in them.
  private struct Kept {
    let id: Int
    /// The engine's numbers; `nil` for a sequence that holds nothing.
    let numbers: [Int32?]
    let cells: Int

    var room: SequenceRoom {
      SequenceRoom(sequences: numbers.count { $0 != nil }, cells: cells)
    }
  }

  /// What can be done for the first one that waits.
  package enum Step: Sendable, Hashable {
    /// It was given room, and waits no more.
    case grant(Grant)
    /// Kept sequences have to go, so that there is room for it.
    case evict(Int)
    /// It needs more room than there is at all, and nobody else holds any: the room can be made
    /// larger, or as large as is needed at least, after which it is asked again.
    case grow(id: Int, room: SequenceRoom, least: SequenceRoom)
  }

  private struct Waiter {
    let id: Int
    let room: SequenceRoom
    /// The kept sequences that it would begin with.
    let source: Int?
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
  /// The one that was not used for the longest time first.
  private var kept: [Kept] = []
  private var waiters: [Waiter] = []

  package init(capacity: SequenceRoom = .none, usual: SequenceRoom = .none) {
    self.capacity = capacity
    self.usual = usual
  }

  /// Whether nobody holds any room.
  package var isIdle: Bool { grants.isEmpty }

  /// How many wait.
  package var waiting: Int { waiters.count }

  /// The room that is held; what is only kept is not.
  package var used: SequenceRoom { grants.values.reduce(into: .none) { $0.add($1.room) } }

  /// The room in which something is kept.
  package var keptRoom: SequenceRoom { kept.reduce(into: .none) { $0.add($1.room) } }

  /// Puts someone at the end of the line, who would begin with what was kept under a number.
  package mutating func enqueue(_ id: Int, room: SequenceRoom, source: Int? = nil) {
    waiters.append(Waiter(id: id, room: room, source: source))
  }

  /// Takes someone out of the line.
  package mutating func withdraw(_ id: Int) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// Takes back what someone holds, or what was kept of it.
  package mutating func release(_ id: Int) {
    grants[id] = nil
    kept.removeAll { $0.id == id }
  }

  /// Takes back what someone holds, and keeps what is in it, which the ledger tells.
  package mutating func keep(_ id: Int, _ ledger: SequenceLedger) {
    guard let grant = grants.removeValue(forKey: id) else { return }
    let numbers = zip(grant.sequences, ledger.lengths).map { $1 > 0 ? $0 : nil }
    kept.append(Kept(id: id, numbers: numbers, cells: ledger.usedCells))
  }

  /// Serves the first one in line that can be.
  ///
  /// Call it until it gives nothing, after anything changed.
  package mutating func next() -> Step? {
    guard let first = waiters.first else { return nil }
    if isIdle, !capacity.holds(first.room) {
      var room = capacity.grown(for: first.room, usual: usual)
      // What is kept moves along when the room grows, and where that is as small as can be, by enough for
      // some more turns.
      if !kept.isEmpty, usual.cells == 0 {
        room.add(SequenceRoom(sequences: 0, cells: room.cells / 2))
      }
      return .grow(id: first.id, room: room, least: capacity.union(first.room))
    }
    let free = capacity.without(used)
    for (index, waiter) in waiters.enumerated() where free.holds(waiter.room) {
      let delayed = waiters[..<index].indices.filter { isDelayed(waiters[$0], by: waiter.room) }
      guard delayed.allSatisfy({ waiters[$0].delays < Self.passLimit }) else { continue }
      let isTight = !free.without(keptRoom).holds(waiter.room)
      // Its own source last: that one it can take over.
      if isTight, let index = kept.firstIndex(where: { $0.id != waiter.source }) {
        return .evict(kept.remove(at: index).id)
      }
      for ahead in delayed { waiters[ahead].delays += 1 }
      for ahead in 0..<index { waiters[ahead].passers.insert(waiter.id) }
      return .grant(serve(waiters.remove(at: index), isTight: isTight))
    }
    return nil
  }

  /// Whether someone who waits would still miss room when all that came before it had given theirs back.
  private func isDelayed(_ waiter: Waiter, by room: SequenceRoom) -> Bool {
    var all = waiter.room
    all.add(room)
    for grant in grants.values where waiter.passers.contains(grant.id) { all.add(grant.room) }
    return !capacity.holds(all)
  }

  private mutating func serve(_ waiter: Waiter, isTight: Bool) -> Grant {
    var own: [Int32?] = []
    var origin: Origin?
    if let place = kept.firstIndex(where: { $0.id == waiter.source }) {
      let source = kept.remove(at: place)
      // Those behind are emptied, and may stand in for one that held nothing.
      if isTight { own = Array(source.numbers.prefix(waiter.room.sequences)) }
      if !isTight { kept.append(source) }
      origin = isTight ? .instead(source.id) : .beside(source.id)
    }
    let taken = Set(grants.values.flatMap(\.sequences))
      .union((kept.flatMap(\.numbers) + own).compactMap(\.self))
    var free = (0..<Int32(capacity.sequences)).lazy.filter { !taken.contains($0) }.makeIterator()
    let sequences = (0..<waiter.room.sequences).compactMap { index in
      (own.indices.contains(index) ? own[index] : nil) ?? free.next()
    }
    let grant = Grant(
      id: waiter.id, sequences: sequences, cells: waiter.room.cells, origin: origin)
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

  package init(sequences: Int, cells: Int) {
    self.sequences = sequences
    self.cells = cells
  }

  /// Adds another amount.
  package mutating func add(_ other: SequenceRoom) {
    sequences += other.sequences
    cells += other.cells
  }

  /// What is left of it.
  package func without(_ other: SequenceRoom) -> SequenceRoom {
    SequenceRoom(sequences: sequences - other.sequences, cells: cells - other.cells)
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
