import Synchronization
import Testing

@testable import RESTA

@Suite("Isolation in merged passes", .timeLimit(.minutes(30))) struct PassIsolationTests {
  struct Unreadable: Error, Equatable {}

  /// Runs `guilty` in one pass with three that step, and checks that they get what they get alone.
  private static func beside(
    _ guilty: @escaping @Sendable (ScheduledReservation) async throws -> Void
  ) async throws {
    let barrier = Barrier()
    let fixture = try await SchedulingFixture { _ in await barrier.pass() }
    let first = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let blocker = Task { try await SchedulingFixture.steps(first, count: 1) }
    try await barrier.reached(1)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        // In line in this order, so that innocent ones stand in front of the guilty one and behind.
        group.addTask {
          let reservation = try await fixture.scheduler.reserve(sequences: 2, cells: 100)
          if index == 2 {
            try await guilty(reservation)
          } else {
            let first = TokenID(10 * index)
            let rows = try await SchedulingFixture.steps(reservation, count: 6, first: first)
            #expect(rows == (try await SchedulingFixture.alone(count: 6, first: first)))
          }
          await reservation.release()
        }
        while await fixture.scheduler.pending.count <= index { await Task.yield() }
      }
      await barrier.open()
      try await group.waitForAll()
    }
    _ = try await blocker.value
    await first.release()
    let merged = await fixture.engine.records.dropFirst().first
    #expect(merged?.shares.count == 4, "they did not meet: \(String(describing: merged))")
    try await fixture.check()
  }

  @Test("A pass that fails for one member's sake fails only that one")
  func engineFailure() async throws {
    try await Self.beside { reservation in
      _ = await #expect(throws: ScriptedEngine.Failure.self) {
        try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens([5, ScriptedEngine.poison]))
        ])
      }
      // Nothing of the failed pass is left, so it can go on.
      let rows = try await SchedulingFixture.steps(reservation, count: 3)
      #expect(rows == (try await SchedulingFixture.alone(count: 3)))
    }
  }

  @Test("A reader that throws fails only its own request")
  func throwingReader() async throws {
    try await Self.beside { reservation in
      _ = await #expect(throws: Unreadable.self) {
        try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens([5]))]) { _, _ in
          throw Unreadable()
        } as [Int]
      }
    }
  }

  @Test("A member that is cancelled in a pass leaves at once, and the others notice nothing")
  func cancelled() async throws {
    let barrier = Barrier()
    // Time stands still, so one waits until the other one has come back.
    let fixture = try await SchedulingFixture(clock: HeldClock()) { pass in
      if pass.members.count == 2 { await barrier.pass() }
    }
    let lead = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let other = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let reads = Mutex(0)
    _ = try await SchedulingFixture.steps(lead, count: 1)
    try await Self.meet(fixture, barrier, lead, other) { cancelled, innocent in
      cancelled.cancel()
      _ = await #expect(throws: CancellationError.self) { try await cancelled.value }
      // The pass waits for the barrier, so that this is no question of time.
      #expect(await fixture.scheduler.running.count == 2, "the pass still runs")
      #expect(!innocent.isCancelled)
    } read: {
      reads.withLock { $0 += 1 }
    }
    #expect(reads.withLock { $0 } == 0, "it was read after the call had returned")
    await lead.release()
    // It is still in order, and can be rolled back and used again.
    try await other.truncate(0, to: 0)
    let rows = try await SchedulingFixture.steps(other, count: 3)
    #expect(rows == (try await SchedulingFixture.alone(count: 3)))
    await other.release()
    try await fixture.check()
  }

  /// Lets both be in one pass, runs `body` while it runs, and checks the first one's result.
  private static func meet(
    _ fixture: SchedulingFixture, _ barrier: Barrier, _ lead: ScheduledReservation,
    _ other: ScheduledReservation,
    _ body: (Task<Void, any Error>, Task<[[Float]], any Error>) async throws -> Void,
    read: @escaping @Sendable () -> Void
  ) async throws {
    let cancelled = Task {
      _ = try await other.forward([ForwardSegment(sequence: 0, input: .tokens([2]))]) { _, _ in
        read()
      }
    }
    while await fixture.scheduler.pending.isEmpty { await Task.yield() }
    let innocent = Task {
      try await lead.forward([ForwardSegment(sequence: 0, input: .tokens([2]))])
    }
    try await barrier.reached(1)
    try await body(cancelled, innocent)
    await barrier.open()
    #expect(try await innocent.value == (try await SchedulingFixture.alone(count: 2)).suffix(1))
  }

  @Test("Bad input fails before it meets others")
  func badInput() async throws {
    let fixture = try await SchedulingFixture()
    let passes = await fixture.scheduler.passes
    let reservation = try await fixture.scheduler.reserve(sequences: 2, cells: 10)
    let bad: [ForwardSegment] = [
      ForwardSegment(sequence: 0, input: .tokens([1, 64])),
      ForwardSegment(sequence: 0, input: .tokens([-1])),
      ForwardSegment(sequence: 2, input: .tokens([1])),
      ForwardSegment(sequence: -1, input: .tokens([1])),
      ForwardSegment(sequence: 0, input: .tokens(Array(repeating: 1, count: 11))),
      ForwardSegment(
        sequence: 0, input: .embeddings(EmbeddingMatrix(rows: 1, dimensions: 3, values: [1, 2, 3]))),
      ForwardSegment(
        sequence: 0, input: .embeddings(EmbeddingMatrix(rows: 1, dimensions: 2, values: [1, .nan]))),
    ]
    for segment in bad {
      await #expect(throws: RESTAError.self) {
        try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens([1])), segment])
      }
    }
    #expect(await fixture.scheduler.passes == passes)
    await reservation.release()
    await #expect(throws: RESTAError.self) {
      try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
    }
    try await fixture.check()
  }
}
