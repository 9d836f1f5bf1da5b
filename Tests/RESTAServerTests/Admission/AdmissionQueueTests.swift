import RESTATesting
import Synchronization
import Testing

@testable import RESTAServer

@Suite("The admission queue")
struct AdmissionQueueTests {
  private func queue(
    concurrency: Int, capacity: Int, patience: Duration = .seconds(600)
  ) -> AdmissionQueue {
    AdmissionQueue(concurrency: concurrency, capacity: capacity, patience: patience)
  }

  /// What a queue says now.
  private final class Counts: Sendable {
    let values = Mutex((running: 0, waiting: 0))
    var now: (running: Int, waiting: Int) { values.withLock { $0 } }
  }

  /// Who was served, in order.
  private final class Log: Sendable {
    private let values = Mutex([Int]())
    var numbers: [Int] { values.withLock { $0 } }
    func append(_ number: Int) { values.withLock { $0.append(number) } }
  }

  @Test("lets in as many as may run, keeps as many as may wait, and refuses the next with 429")
  func limits() async throws {
    let counts = Counts()
    let queue = AdmissionQueue(concurrency: 2, capacity: 3, patience: .seconds(600)) {
      running, waiting in counts.values.withLock { $0 = (running, waiting) }
    }
    let first = try await queue.enter()
    let second = try await queue.enter()
    let waiting = (0..<3).map { _ in Task { try await queue.enter() } }
    try await until { counts.now == (2, 3) }
    let refusal = await #expect(throws: APIError.self) { try await queue.enter() }
    #expect(refusal?.status == 429)
    #expect(refusal?.code == "queue_full")
    #expect((refusal?.retryAfter ?? 0) >= 1)
    first.release()
    second.release()
    for task in waiting { try await task.value.release() }
    try await until { counts.now == (0, 0) }
  }

  @Test("serves in the order of arrival")
  func order() async throws {
    let counts = Counts()
    let queue = AdmissionQueue(concurrency: 1, capacity: 64, patience: .seconds(600)) {
      running, waiting in counts.values.withLock { $0 = (running, waiting) }
    }
    let first = try await queue.enter()
    let served = Log()
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<32 {
      tasks.append(
        Task {
          let ticket = try await queue.enter()
          served.append(number)
          ticket.release()
        })
      try await until { counts.now.waiting == number + 1 }
    }
    first.release()
    for task in tasks { try await task.value }
    #expect(served.numbers == Array(0..<32))
  }

  @Test("gives back a place whose ticket is dropped, and only once")
  func droppedTicket() async throws {
    let queue = queue(concurrency: 1, capacity: 0)
    do {
      let ticket = try await queue.enter()
      ticket.release()
      ticket.release()
    }
    _ = try await queue.enter()
    let ticket = try await queue.enter()
    await #expect(throws: APIError.self) { _ = try await queue.enter() }
    ticket.release()
  }

  @Test("forgets who is cancelled while waiting")
  func cancelled() async throws {
    let counts = Counts()
    let queue = AdmissionQueue(concurrency: 1, capacity: 1, patience: .seconds(600)) {
      running, waiting in counts.values.withLock { $0 = (running, waiting) }
    }
    let ticket = try await queue.enter()
    let task = Task { try await queue.enter() }
    try await until { counts.now.waiting == 1 }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(counts.now == (1, 0))
    ticket.release()
    #expect(counts.now == (0, 0))
  }

  @Test("refuses who has waited too long")
  func patience() async throws {
    let queue = queue(concurrency: 1, capacity: 1, patience: .milliseconds(20))
    let ticket = try await queue.enter()
    let error = await #expect(throws: APIError.self) { try await queue.enter() }
    #expect(error?.status == 429)
    ticket.release()
  }

  @Test("sends all who wait away when it closes, and all who come later")
  func closing() async throws {
    let counts = Counts()
    let queue = AdmissionQueue(concurrency: 1, capacity: 4, patience: .seconds(600)) {
      running, waiting in counts.values.withLock { $0 = (running, waiting) }
    }
    let ticket = try await queue.enter()
    let task = Task { try await queue.enter() }
    try await until { counts.now.waiting == 1 }
    queue.close()
    let error = await #expect(throws: APIError.self) { try await task.value }
    #expect(error?.status == 503)
    await #expect(throws: APIError.self) { _ = try await queue.enter() }
    ticket.release()
    #expect(counts.now == (0, 0))
  }

  @Test("never runs more than it may, and leaks no place, whatever clients do", arguments: 0..<20)
  func storm(seed: Int) async throws {
    let counts = Counts()
    let running = Log()
    let queue = AdmissionQueue(concurrency: 3, capacity: 5, patience: .milliseconds(5)) {
      counts.values.withLock { [now = ($0, $1)] in $0 = now }
      running.append($0)
    }
    var generator = SeededGenerator(seed: UInt64(seed))
    let tasks = (0..<60).map { _ in
      let (hold, leave) = (Int.random(in: 0...3, using: &generator), Bool.random(using: &generator))
      let task = Task {
        let ticket = try await queue.enter()
        try await Task.sleep(for: .milliseconds(hold))
        ticket.release()
      }
      if leave { Task { task.cancel() } }
      return task
    }
    for task in tasks { _ = await task.result }
    #expect((running.numbers.max() ?? 0) <= 3)
    try await until { counts.now == (0, 0) }
  }
}

/// Waits until something is so, for minutes: no test waits so long, and no machine should take so long.
func until(
  _ condition: () -> Bool, within limit: Duration = .seconds(180),
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let start = ContinuousClock.now
  while !condition() {
    guard ContinuousClock.now - start < limit else {
      Issue.record("It did not come about within \(limit).", sourceLocation: sourceLocation)
      throw CancellationError()
    }
    try await Task.sleep(for: .milliseconds(1))
  }
}

/// Runs what a machine that stands still for so long may spoil, again where it did; what fails otherwise has failed.
func despiteStalls(of length: Duration, _ body: () async throws -> Void) async throws {
  for _ in 1..<5 {
    let watch = StallWatch()
    let isSpoilt = Mutex(false)
    let watching = Task { await watch.run() }
    defer { watching.cancel() }
    try await withKnownIssue("The machine stood still.", isIntermittent: true) {
      try await body()
    } matching: { _ in
      guard watch.longest > length else { return false }
      isSpoilt.withLock { $0 = true }
      return true
    }
    if !isSpoilt.withLock({ $0 }) { return }
  }
  try await body()
}
