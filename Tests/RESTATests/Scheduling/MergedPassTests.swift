import RESTATesting
import Synchronization
import Testing

@testable import RESTA

@Suite("Merged passes", .timeLimit(.minutes(30))) struct MergedPassTests {
  @Test("Every generation gets what it gets alone, whatever the others do")
  func randomMixes() async throws {
    for seed in 0..<200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let generations = (0..<generator.integer(in: 2...6)).map { _ in
        ScriptedGeneration(seed: generator.next())
      }
      let batchSize = generator.element(of: [1, 7, 32, 512])
      var alone: [[[Float]]] = []
      for generation in generations {
        let fixture = try await SchedulingFixture(batchSize: batchSize)
        alone.append(try await generation.run(fixture.scheduler))
        try await fixture.check("alone, seed \(seed)")
      }
      // Sometimes too small for all of them at once.
      let cells = generator.element(of: [1500, 4000, 20_000])
      let fixture = try await SchedulingFixture(
        batchSize: batchSize, room: SequenceRoom(sequences: 8, cells: cells))
      let together = try await withThrowingTaskGroup(of: (Int, [[Float]]).self) { group in
        for (index, generation) in generations.enumerated() {
          group.addTask { (index, try await generation.run(fixture.scheduler)) }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      for index in generations.indices { #expect(together[index] == alone[index], "seed \(seed)") }
      try await fixture.check("seed \(seed)")
    }
  }

  @Test("Generations in step share every pass")
  func inStep() async throws {
    // They begin together, behind another one's pass; then no wait ends before its time has come, and time
    // stands still: so they meet.
    let barrier = Barrier()
    let fixture = try await SchedulingFixture(clock: HeldClock()) { _ in await barrier.pass() }
    let blocker = Task {
      let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: 1)
      _ = try await SchedulingFixture.steps(reservation, count: 1)
      await reservation.release()
    }
    try await barrier.reached(1)
    let passes = await fixture.scheduler.passes
    let count = 20
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask {
          let first = TokenID(10 * index)
          let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: count)
          let rows = try await SchedulingFixture.steps(reservation, count: count, first: first)
          #expect(rows == (try await SchedulingFixture.alone(count: count, first: first)))
        }
      }
      while await fixture.scheduler.pending.count < 4 {
        try await Task.sleep(for: .milliseconds(1))
      }
      await barrier.open()
      try await group.waitForAll()
    }
    try await blocker.value
    let used = await fixture.scheduler.passes - passes
    #expect(used <= count + 3, "\(used) passes for 4 times \(count) steps")
    try await fixture.check()
  }

  @Test("A lone request is computed in whole batches, at once")
  func lone() async throws {
    let clock = ManualClock()
    let fixture = try await SchedulingFixture(batchSize: 512, clock: clock)
    let before = clock.now
    let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: 5000)
    let rows = EmbeddingMatrix(
      rows: 600, dimensions: 2, values: Array(repeating: 1, count: 1200))
    _ = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens(Array(repeating: 1, count: 1300))),
      ForwardSegment(sequence: 0, input: .embeddings(rows)),
      ForwardSegment(sequence: 0, input: .tokens([1])),
    ])
    _ = try await SchedulingFixture.steps(reservation, count: 5)
    await reservation.release()
    let phases = await fixture.engine.records.map(\.phases)
    #expect(
      phases == [[512], [512], [276, 512], [88, 1], [1], [1], [1], [1], [1]])
    // This clock jumps to the end of every wait.
    #expect(clock.now == before)
    try await fixture.check()
  }

  @Test("A long prompt does not hold up the steps of another, and is not held up by them")
  func longPrefill() async throws {
    let clock = HeldClock()
    let fixture = try await SchedulingFixture(batchSize: 512, clock: clock)
    let short = try await fixture.scheduler.reserve(sequences: 1, cells: 100)
    let long = try await fixture.scheduler.reserve(sequences: 1, cells: 5000)
    _ = try await SchedulingFixture.steps(short, count: 1)
    async let prefill = long.forward([
      ForwardSegment(sequence: 0, input: .tokens(Array(repeating: 1, count: 4000)))
    ])
    // It waits for the short one before its first pass.
    while clock.waits == 0 { try await Task.sleep(for: .milliseconds(1)) }
    _ = try await SchedulingFixture.steps(short, count: 20)
    await short.release()
    #expect(try await prefill.count == 1)
    await long.release()
    let records = await fixture.engine.records
    let owners = (short: short.grant.id, long: long.grant.id)
    let shared = records.filter { $0.shares[owners.short] != nil && $0.shares[owners.long] != nil }
    #expect(shared.count >= 10, "they hardly ever met")
    for record in shared {
      #expect(record.phases == [PassPlan.sharedPositions])
      #expect(record.shares[owners.short] == 1)
    }
    try await fixture.check()
  }

  @Test("Passes that are shared stay small")
  func cap() async throws {
    let barrier = Barrier()
    let fixture = try await SchedulingFixture(batchSize: 512) { _ in await barrier.pass() }
    let reservations = try await [0, 1, 2].asyncMap { _ in
      try await fixture.scheduler.reserve(sequences: 1, cells: 1000)
    }
    async let first = SchedulingFixture.steps(reservations[0], count: 1)
    try await barrier.reached(1)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for reservation in reservations.dropFirst() {
        group.addTask {
          _ = try await reservation.forward([
            ForwardSegment(sequence: 0, input: .tokens(Array(repeating: 1, count: 300)))
          ])
        }
      }
      while await fixture.scheduler.pending.count < 2 {
        try await Task.sleep(for: .milliseconds(1))
      }
      await barrier.open()
      try await group.waitForAll()
    }
    _ = try await first
    let records = await fixture.engine.records
    #expect(records.dropFirst().allSatisfy { $0.phases.reduce(0, +) <= PassPlan.sharedPositions })
    #expect(records[1].shares.values.sorted() == [64, 64])
    for reservation in reservations { await reservation.release() }
    try await fixture.check()
  }

  @Test("Room for others that the engine fails to make is no error of the one that asked")
  func leastRoom() async throws {
    let scheduler = Scheduler(
      engine: ScriptedEngine(memory: 150), usual: SequenceRoom(sequences: 8, cells: 100))
    // Beside the usual room it would be 400 cells.
    let reservation = try await scheduler.reserve(sequences: 1, cells: 120)
    #expect(reservation.grant.cells == 120)
    await reservation.release()
    await #expect(throws: ScriptedEngine.Failure.self) {
      _ = try await scheduler.reserve(sequences: 1, cells: 200)
    }
  }
}

extension Sequence where Self: Sendable {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var result: [T] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
