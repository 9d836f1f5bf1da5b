import Testing

@testable import RESTA

@Suite("The batching window", .timeLimit(.minutes(30))) struct BatchingWindowTests {
  @Test("A member is waited for once, and not again until it has come back")
  func slowMember() async throws {
    let clock = HeldClock()
    let fixture = try await SchedulingFixture(clock: clock)
    let slow = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let quick = try await fixture.scheduler.reserve(sequences: 1, cells: 20)
    _ = try await SchedulingFixture.steps(slow, count: 1)
    #expect(clock.waits == 0)
    async let rows = SchedulingFixture.steps(quick, count: 10)
    while clock.waits == 0 { await Task.yield() }
    #expect(await fixture.scheduler.running.isEmpty)
    clock.end()
    #expect(try await rows == (try await SchedulingFixture.alone(count: 10)))
    #expect(clock.waits == 1)
    // Once it has come back, it is waited for again. Now it waits for the quick one, too.
    async let back = slow.forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
    while clock.waits == 1 { await Task.yield() }
    async let next = SchedulingFixture.steps(quick, count: 2)
    _ = try await back
    while clock.waits == 2 { await Task.yield() }
    clock.end()
    _ = try await next
    #expect(clock.waits == 3)
    await slow.release()
    await quick.release()
    try await fixture.check()
  }

  @Test("The pass starts when the last one is back, or gone", arguments: [false, true])
  func released(keeps: Bool) async throws {
    let clock = HeldClock()
    let fixture = try await SchedulingFixture(clock: clock)
    let slow = try await fixture.scheduler.reserve(sequences: 1, cells: 10)
    let quick = try await fixture.scheduler.reserve(sequences: 1, cells: 20)
    _ = try await SchedulingFixture.steps(slow, count: 1)
    async let rows = SchedulingFixture.steps(quick, count: 10)
    while clock.waits == 0 { await Task.yield() }
    // No time goes by, and yet:
    if keeps { #expect(await slow.keep()) } else { await slow.release() }
    #expect(try await rows.count == 10)
    clock.end()
    await slow.release()
    await quick.release()
    try await fixture.check()
  }

  @Test("Nobody waits when one generation is alive")
  func alone() async throws {
    let clock = HeldClock()
    let fixture = try await SchedulingFixture(clock: clock)
    for _ in 0..<3 {
      let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: 20)
      _ = try await SchedulingFixture.steps(reservation, count: 20)
      await reservation.release()
    }
    #expect(clock.waits == 0)
    try await fixture.check()
  }
}
