import Testing

@testable import RESTA

@Suite("Abandoned passes", .timeLimit(.minutes(30))) struct AbandonedPassTests {
  /// Passes of more than one position last until nobody wants them any more.
  private static func fixture() async throws -> SchedulingFixture {
    try await SchedulingFixture { pass in
      guard pass.phases.contains(where: { $0.positions > 1 }) else { return }
      while !pass.isAbandoned { try await Task.sleep(for: .milliseconds(1)) }
    }
  }

  private static let long = [ForwardSegment(sequence: 0, input: .tokens([1, 2, 3]))]

  private static func running(_ count: Int, _ fixture: SchedulingFixture) async {
    while await fixture.scheduler.running.count < count { await Task.yield() }
  }

  @Test("A lone request that is cancelled ends its pass")
  func lone() async throws {
    let fixture = try await Self.fixture()
    let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let task = Task { try await reservation.forward(Self.long) }
    await Self.running(1, fixture)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    // The same sequence goes on from where it was.
    let rows = try await SchedulingFixture.steps(reservation, count: 2)
    #expect(rows == (try await SchedulingFixture.alone(count: 2)))
    await reservation.release()
    try await fixture.check()
  }

  @Test("A pass ends when all of its members are cancelled, and not before")
  func all() async throws {
    let fixture = try await Self.fixture()
    var reservations: [ScheduledReservation] = []
    for _ in 0..<3 {
      reservations.append(try await fixture.scheduler.reserve(sequences: 1, cells: 10))
    }
    let first = reservations[0]
    let blocker = Task { try await first.forward(Self.long) }
    await Self.running(1, fixture)
    let tasks = reservations.dropFirst().map { reservation in
      Task { try await reservation.forward(Self.long) }
    }
    while await fixture.scheduler.pending.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
    blocker.cancel()
    await Self.running(2, fixture)
    // It is in the scheduler's list a moment before it is at the engine.
    while await fixture.engine.records.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
    let runs = await fixture.engine.records.count
    tasks[0].cancel()
    await #expect(throws: CancellationError.self) { try await tasks[0].value }
    try await Task.sleep(for: .milliseconds(20))
    // Run again for the other one, its pass would have been recorded again.
    #expect(await fixture.engine.records.count == runs, "the pass ended for the other one, too")
    #expect(await fixture.scheduler.running.count == 2)
    tasks[1].cancel()
    await #expect(throws: CancellationError.self) { try await tasks[1].value }
    for reservation in reservations {
      let rows = try await SchedulingFixture.steps(reservation, count: 2)
      #expect(rows == (try await SchedulingFixture.alone(count: 2)))
      await reservation.release()
    }
    try await fixture.check()
  }

  @Test("One that is cancelled while it stands in line leaves the line")
  func inLine() async throws {
    let fixture = try await Self.fixture()
    let first = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let second = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let running = Task { try await first.forward(Self.long) }
    await Self.running(1, fixture)
    let waiting = Task { try await second.forward(Self.long) }
    while await fixture.scheduler.pending.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    #expect(await fixture.scheduler.pending.isEmpty)
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
    await first.release()
    await second.release()
    try await fixture.check()
  }

  @Test("Room that a running pass uses is free when the pass has ended, not before")
  func roomOfRunningPass() async throws {
    let barrier = Barrier()
    let fixture = try await SchedulingFixture(
      room: SequenceRoom(sequences: 2, cells: 100)
    ) { _ in await barrier.pass() }
    let reservation = try await fixture.scheduler.reserve(sequences: 2, cells: 100)
    let task = Task { try await reservation.forward(Self.long) }
    try await barrier.reached(1)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await reservation.release()
    #expect(await fixture.scheduler.openReservations == 1)
    async let next = fixture.scheduler.reserve(sequences: 1, cells: 1)
    try await Task.sleep(for: .milliseconds(20))
    #expect(await fixture.scheduler.openReservations == 1)
    await barrier.open()
    await (try await next).release()
    try await fixture.check()
  }

  @Test("A reservation that is dropped gives its room back, also in the middle of a pass")
  func dropped() async throws {
    let fixture = try await Self.fixture()
    for round in 0..<20 {
      do {
        let reservation = try await fixture.scheduler.reserve(sequences: 64, cells: 20_000)
        if round % 2 == 0 { _ = try await SchedulingFixture.steps(reservation, count: 2) }
      }
      let task = Task {
        let reservation = try await fixture.scheduler.reserve(sequences: 64, cells: 20_000)
        _ = try await reservation.forward(Self.long)
      }
      await Self.running(1, fixture)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    try await fixture.check()
  }

  @Test("Releasing a reservation ends its call, and leaves the others alone")
  func releasedWhileRunning() async throws {
    let fixture = try await Self.fixture()
    let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let task = Task { try await reservation.forward(Self.long) }
    await Self.running(1, fixture)
    await reservation.release()
    await #expect(throws: RESTAError.self) { try await task.value }
    try await fixture.check()
  }
}
