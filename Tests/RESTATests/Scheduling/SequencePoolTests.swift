import RESTA
import RESTATesting
import Testing

@Suite("The pool of sequences") struct SequencePoolTests {
  /// Serves all who can be, growing when asked; returns who got room.
  private static func serve(_ pool: inout SequencePool) -> [SequencePool.Grant] {
    var grants: [SequencePool.Grant] = []
    while let step = pool.next() {
      switch step {
      case .grant(let grant): grants.append(grant)
      case .grow(_, let room):
        #expect(pool.isIdle)
        #expect(room.holds(pool.capacity))
        pool.capacity = room
      }
    }
    return grants
  }

  @Test("Holders never share a sequence or exceed the room, and all of it comes back")
  func bounded() {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var pool = SequencePool(capacity: SequenceRoom(sequences: 8, cells: 100))
      var held: [SequencePool.Grant] = []
      var asked: [Int: SequenceRoom] = [:]
      for id in 1...60 {
        if generator.chance(0.6) {
          let room = SequenceRoom(
            sequences: generator.integer(in: 1...(generator.chance(0.05) ? 20 : 6)),
            cells: generator.integer(in: 1...(generator.chance(0.05) ? 300 : 60)))
          asked[id] = room
          pool.enqueue(id, room: room)
        } else if !held.isEmpty {
          pool.release(held.remove(at: generator.integer(in: 0...held.count - 1)).id)
        }
        for grant in Self.serve(&pool) {
          #expect(grant.sequences.count == asked[grant.id]?.sequences)
          #expect(grant.cells == asked[grant.id]?.cells)
          held.append(grant)
        }
        let sequences = held.flatMap(\.sequences)
        #expect(Set(sequences).count == sequences.count, "seed \(seed)")
        #expect(sequences.allSatisfy { (0..<Int32(pool.capacity.sequences)).contains($0) })
        #expect(pool.capacity.holds(pool.used), "seed \(seed)")
        #expect(pool.used.cells == held.reduce(0) { $0 + $1.cells })
      }
      while !held.isEmpty {
        pool.release(held.removeLast().id)
        held += Self.serve(&pool)
      }
      #expect(pool.isIdle && pool.waiting == 0 && pool.used == .none, "seed \(seed)")
    }
  }

  @Test("Room is given in the order in which it was asked for")
  func firstComeFirstServed() {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var pool = SequencePool(capacity: SequenceRoom(sequences: 4, cells: 40))
      var (order, held, line): ([Int], [Int], [Int]) = ([], [], [])
      for id in 1...40 {
        if generator.chance(0.7) {
          let cells = generator.integer(in: 1...60)
          pool.enqueue(
            id, room: SequenceRoom(sequences: generator.integer(in: 1...4), cells: cells))
          line.append(id)
        }
        if generator.chance(0.2), let waiting = line.last, pool.withdraw(waiting) {
          line.removeLast()
          let again = pool.withdraw(waiting)
          #expect(!again)
        }
        if generator.chance(0.5), !held.isEmpty { pool.release(held.removeFirst()) }
        let served = Self.serve(&pool).map(\.id)
        order += served
        held += served
      }
      while !held.isEmpty {
        pool.release(held.removeFirst())
        let served = Self.serve(&pool).map(\.id)
        order += served
        held += served
      }
      #expect(order == line, "seed \(seed)")
    }
  }

  @Test("Who wants much is not passed over for those behind that want little")
  func noStarvation() {
    var pool = SequencePool(capacity: SequenceRoom(sequences: 8, cells: 100))
    pool.enqueue(1, room: SequenceRoom(sequences: 1, cells: 10))
    pool.enqueue(2, room: SequenceRoom(sequences: 1, cells: 1000))
    pool.enqueue(3, room: SequenceRoom(sequences: 1, cells: 10))
    #expect(Self.serve(&pool).map(\.id) == [1])
    #expect(pool.waiting == 2)
    pool.release(1)
    // It grows for the large one, and the small one fits no more.
    #expect(Self.serve(&pool).map(\.id) == [2])
    #expect(pool.capacity == SequenceRoom(sequences: 8, cells: 1000))
    pool.release(2)
    #expect(Self.serve(&pool).map(\.id) == [3])
  }
}
