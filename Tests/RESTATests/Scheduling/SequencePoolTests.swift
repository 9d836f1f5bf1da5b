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

  /// Who asks in a simulation: everybody's room and how long it is held, by when they come.
  private struct Arrival {
    let room: SequenceRoom
    let seconds: Int
  }

  /// Lets them come one each second by a scripted clock.
  private struct Simulation {
    var pool: SequencePool
    var grows = 0
    /// When each was served, by number.
    var served: [Int: Int] = [:]
    /// How many that came later were served before each.
    var passed: [Int: Int] = [:]
    /// How many held room beside one that needs more than the usual.
    var besideLarge = 0

    init(usual: SequenceRoom) { pool = SequencePool(capacity: usual, usual: usual) }

    mutating func run(_ arrivals: [Arrival], isLarge: (SequenceRoom) -> Bool) {
      var ends: [Int: Int] = [:]
      var (clock, waiting) = (0, Set<Int>())
      while served.count < arrivals.count, clock < 1_000_000 {
        for (id, end) in ends where end <= clock {
          pool.release(id)
          ends[id] = nil
        }
        if clock < arrivals.count {
          pool.enqueue(clock, room: arrivals[clock].room)
          waiting.insert(clock)
        }
        while let step = pool.next() {
          switch step {
          case .grow(_, let room, _):
            #expect(pool.isIdle)
            grows += 1
            pool.capacity = room
          case .grant(let grant):
            waiting.remove(grant.id)
            for id in waiting where id < grant.id { passed[id, default: 0] += 1 }
            served[grant.id] = clock
            ends[grant.id] = clock + arrivals[grant.id].seconds
            if ends.keys.contains(where: { isLarge(arrivals[$0].room) }),
              !isLarge(arrivals[grant.id].room)
            {
              besideLarge += 1
            }
          }
          #expect(pool.capacity.holds(pool.used))
        }
        clock += 1
      }
    }
  }

  @Test("Whoever comes is served, and passed by a bounded number, in any order of arrival")
  func noStarvation() {
    for seed in 0..<400 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let usual = SequenceRoom(sequences: 8, cells: 100)
      let arrivals = (0..<80).map { _ in
        Arrival(
          room: SequenceRoom(
            sequences: generator.integer(in: 1...8),
            cells: generator.integer(in: 1...(generator.chance(0.2) ? 400 : 60))),
          seconds: generator.integer(in: 1...9))
      }
      var simulation = Simulation(usual: usual)
      simulation.run(arrivals) { $0.cells > usual.cells }
      #expect(simulation.served.count == arrivals.count, "seed \(seed)")
      #expect(simulation.passed.values.allSatisfy { $0 <= SequencePool.passLimit }, "seed \(seed)")
      #expect(simulation.grows <= 3, "seed \(seed)")
      #expect(simulation.pool.capacity.cells <= 800, "seed \(seed)")
    }
  }

  @Test("Sizes that alternate, each larger than the one before, do not put all in a row")
  func alternatingSizes() {
    let usual = SequenceRoom(sequences: 44, cells: 1000)
    let arrivals = (0..<200).map { number in
      number.isMultiple(of: 2)
        ? Arrival(room: SequenceRoom(sequences: 11, cells: 1001 + 10 * number), seconds: 8)
        : Arrival(room: SequenceRoom(sequences: 11, cells: 200), seconds: 2)
    }
    var simulation = Simulation(usual: usual)
    simulation.run(arrivals) { $0.cells > usual.cells }
    #expect(simulation.grows == 2)
    #expect(simulation.besideLarge > 50)
    for (number, clock) in simulation.served where !number.isMultiple(of: 2) {
      // One that needs all of it at most, and those few that have passed.
      #expect(clock - number <= 100, "\(number)")
    }
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
