/// Who holds which sequences of an engine and how many cells, and who waits for some.
///
/// First come, first served: who wants much is never passed over for those behind it that want
/// little.
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
    /// larger, after which it is asked again.
    case grow(id: Int, room: SequenceRoom)
  }

  private struct Waiter {
    let id: Int
    let room: SequenceRoom
  }

  /// All the room there is.
  ///
  /// Change it only while ``isIdle``.
  package var capacity: SequenceRoom
  private var grants: [Int: Grant] = [:]
  private var waiters: [Waiter] = []

  /// Makes a pool.
  ///
  /// - Parameter capacity: All the room there is. Default: none.
  package init(capacity: SequenceRoom = .none) { self.capacity = capacity }

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
  ///
  /// - Parameters:
  ///   - id: A number that nobody else has.
  ///   - room: What it asks for.
  package mutating func enqueue(_ id: Int, room: SequenceRoom) {
    waiters.append(Waiter(id: id, room: room))
  }

  /// Takes someone out of the line.
  ///
  /// - Parameter id: The number that it asked under.
  /// - Returns: Whether it was waiting.
  package mutating func withdraw(_ id: Int) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// Takes back what someone holds.
  ///
  /// - Parameter id: The number that it asked under.
  package mutating func release(_ id: Int) { grants[id] = nil }

  /// Serves the first one in line.
  ///
  /// Call it until it gives nothing, after anything changed.
  ///
  /// - Returns: What was done or has to be done for it; `nil` when nobody waits, or the first one has
  ///   to wait for others.
  package mutating func next() -> Step? {
    guard let first = waiters.first else { return nil }
    guard capacity.holds(first.room) else {
      return isIdle ? .grow(id: first.id, room: capacity.union(first.room)) : nil
    }
    let held = used
    let wanted = SequenceRoom(
      sequences: held.sequences + first.room.sequences, cells: held.cells + first.room.cells)
    guard capacity.holds(wanted) else { return nil }
    let taken = Set(grants.values.flatMap(\.sequences))
    let free = (0..<Int32(capacity.sequences)).lazy.filter { !taken.contains($0) }
    let grant = Grant(
      id: first.id, sequences: Array(free.prefix(first.room.sequences)), cells: first.room.cells)
    grants[first.id] = grant
    waiters.removeFirst()
    return .grant(grant)
  }
}
