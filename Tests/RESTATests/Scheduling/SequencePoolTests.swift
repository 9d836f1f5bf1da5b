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
      case .evict: Issue.record("nothing is kept")
      case .grow(_, let room, let least):
        #expect(pool.isIdle)
        #expect(least.holds(pool.capacity) && room.holds(least))
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

  @Test("Room that is there for all is given in the order in which it was asked for")
  func firstComeFirstServed() {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var pool = SequencePool(capacity: SequenceRoom(sequences: 4, cells: 40))
      var (order, held, line): ([Int], [Int], [Int]) = ([], [], [])
      for id in 1...40 {
        if generator.chance(0.7) {
          // All alike: whoever comes later fits no sooner.
          pool.enqueue(id, room: SequenceRoom(sequences: 2, cells: 15))
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

  @Test("Who wants much lets those pass that fit, so many, and then has its turn")
  func boundedPassing() {
    var pool = SequencePool(capacity: SequenceRoom(sequences: 8, cells: 100))
    pool.enqueue(0, room: SequenceRoom(sequences: 1, cells: 60))
    pool.enqueue(1, room: SequenceRoom(sequences: 1, cells: 90))
    for id in 2...40 { pool.enqueue(id, room: SequenceRoom(sequences: 1, cells: 20)) }
    var served = Self.serve(&pool).map(\.id)
    #expect(served == [0, 2, 3])
    for next in 2..<18 {
      pool.release(next)
      served += Self.serve(&pool).map(\.id)
    }
    let limit = SequencePool.passLimit
    #expect(served.count == 1 + limit)
    pool.release(0)
    #expect(Self.serve(&pool).map(\.id) == [1])
  }

  @Test("In room that the one who waits does not need, any number passes, and delays nobody")
  func freePassing() {
    var pool = SequencePool(capacity: SequenceRoom(sequences: 8, cells: 100))
    pool.enqueue(0, room: SequenceRoom(sequences: 1, cells: 60))
    pool.enqueue(1, room: SequenceRoom(sequences: 1, cells: 80))
    for id in 2...99 {
      pool.enqueue(id, room: SequenceRoom(sequences: 1, cells: 20))
      #expect(Self.serve(&pool).map(\.id) == (id == 2 ? [0, 2] : [id]))
      if id < 99 { pool.release(id) }
    }
    pool.release(0)
    #expect(Self.serve(&pool).map(\.id) == [1])
  }

  @Test("Who takes over kept sequences has all that it asked for, though the first held nothing")
  func takenOverGap() {
    var pool = SequencePool(capacity: SequenceRoom(sequences: 4, cells: 40))
    pool.enqueue(1, room: SequenceRoom(sequences: 4, cells: 10))
    for grant in Self.serve(&pool) {
      var ledger = SequenceLedger(grant)
      ledger.advance(to: [0, 3, 3, 3])
      pool.keep(1, ledger)
    }
    pool.enqueue(2, room: SequenceRoom(sequences: 1, cells: 10))
    pool.enqueue(3, room: SequenceRoom(sequences: 2, cells: 10), source: 1)
    let grants = Self.serve(&pool)
    #expect(grants.map(\.sequences.count) == [1, 2])
    #expect(Set(grants.flatMap(\.sequences)).count == 3)
    #expect(grants.last?.origin == .instead(1))
  }

  /// One request of a client in a simulation, after a pause.
  private struct Demand {
    var pause = 0
    let room: SequenceRoom
    let seconds: Int
  }

  /// Clients that ask one thing after the other, by a scripted clock.
  private struct Simulation {
    var pool: SequencePool
    var grows = 0
    /// How many requests of each client were served.
    var served: [Int]
    /// The longest that somebody waited with nobody in front of it who had come before.
    var longestFirst = 0

    init(usual: SequenceRoom, clients: Int) {
      pool = SequencePool(capacity: usual, usual: usual)
      served = Array(repeating: 0, count: clients)
    }

    mutating func run(seconds: Int, _ demand: (_ client: Int, _ number: Int) -> Demand?) {
      var (line, lastID, first) = ([(id: Int, client: Int)](), 0, (id: 0, since: 0))
      var starts = served.indices.map { demand($0, 0)?.pause }
      var holds: [Int: (id: Int, end: Int)] = [:]
      for clock in 0..<seconds {
        for client in served.indices {
          guard let hold = holds[client], hold.end <= clock else { continue }
          pool.release(hold.id)
          holds[client] = nil
          starts[client] = demand(client, served[client]).map { clock + $0.pause }
        }
        for client in starts.indices where starts[client].map({ $0 <= clock }) == true {
          starts[client] = nil
          lastID += 1
          line.append((lastID, client))
          if let next = demand(client, served[client]) { pool.enqueue(lastID, room: next.room) }
        }
        while let step = pool.next() {
          switch step {
          case .evict: Issue.record("nothing is kept")
          case .grow(_, let room, _):
            #expect(pool.isIdle)
            grows += 1
            pool.capacity = room
          case .grant(let grant):
            let index = line.firstIndex { $0.id == grant.id } ?? 0
            let client = line.remove(at: index).client
            holds[client] = (grant.id, clock + (demand(client, served[client])?.seconds ?? 0))
            served[client] += 1
          }
          #expect(pool.capacity.holds(pool.used))
        }
        if let head = line.first {
          if head.id != first.id { first = (head.id, clock) }
          longestFirst = max(longestFirst, clock - first.since)
        }
      }
    }
  }

  @Test("Whoever comes is served, in a bounded time once it is first, in any order of arrival")
  func noStarvation() {
    for seed in 0..<400 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let usual = SequenceRoom(sequences: 8, cells: 100)
      let demands = (0..<12).map { _ in
        (0..<10).map { _ in
          Demand(
            pause: generator.integer(in: 0...5),
            room: SequenceRoom(
              sequences: generator.integer(in: 1...8),
              cells: generator.integer(in: 1...(generator.chance(0.2) ? 400 : 60))),
            seconds: generator.integer(in: 1...9))
        }
      }
      var simulation = Simulation(usual: usual, clients: 12)
      simulation.run(seconds: 1500) { demands[$0].indices.contains($1) ? demands[$0][$1] : nil }
      #expect(simulation.served.allSatisfy { $0 == 10 }, "seed \(seed)")
      #expect(simulation.longestFirst <= 9 * (1 + SequencePool.passLimit), "seed \(seed)")
      #expect(simulation.grows <= 3, "seed \(seed)")
      #expect(simulation.pool.capacity.cells <= 800, "seed \(seed)")
    }
  }

  @Test("Two clients whose sizes alternate and grow leave the others their pace")
  func alternatingSizes() {
    let usual = SequenceRoom(sequences: 44, cells: 1000)
    func small(_ seconds: Int) -> Demand {
      Demand(room: SequenceRoom(sequences: 11, cells: 200), seconds: seconds)
    }
    func served(attacked: Bool) -> Int {
      var simulation = Simulation(usual: usual, clients: 4)
      simulation.run(seconds: 10_000) { client, number in
        guard client < 2, attacked else { return small(5) }
        guard number.isMultiple(of: 2) else { return small(1) }
        return Demand(
          room: SequenceRoom(sequences: 11, cells: min(6000, 1001 + 10 * number)), seconds: 300)
      }
      #expect(simulation.grows <= 3)
      #expect(!attacked || simulation.served[0] > 10 && simulation.served[1] > 10)
      return simulation.served[2] + simulation.served[3]
    }
    // Each growth waits until nothing runs, and nothing else does.
    #expect(served(attacked: true) * 5 >= served(attacked: false) * 4)
  }

  @Test(
    "Room grows for one that needs more than all of it, beside the usual, or as little as can be")
  func growth() {
    func cells(_ now: Int, _ wanted: Int, usual: Int) -> Int {
      SequenceRoom(sequences: 1, cells: now).grown(
        for: SequenceRoom(sequences: 1, cells: wanted),
        usual: SequenceRoom(sequences: 1, cells: usual)
      ).cells
    }
    #expect(cells(0, 10, usual: 100) == 100)
    #expect(cells(100, 101, usual: 100) == 400)
    #expect(cells(100, 300, usual: 100) == 400)
    #expect(cells(400, 401, usual: 100) == 800)
    #expect(cells(0, 70, usual: 0) == 70)
    #expect(cells(70, 71, usual: 0) == 71)
  }
}
