import RESTA
import RESTATesting
import Testing

@testable import RESTAEvaluation

/// Cancelling a question to an endpoint, wherever it is.
@Suite("Cancelling an endpoint") struct EndpointCancellationTests {
  private static func judge(
    _ server: ScriptedEndpoint, clock: any Clock<Duration> = ContinuousClock(),
    _ change: (inout EndpointSettings) -> Void = { _ in }
  ) throws -> ChatJudge {
    var settings = EndpointSettings(
      baseURL: server.address, model: "m", timeout: 3600, firstPause: 3600, longestPause: 3600,
      concurrency: 1)
    change(&settings)
    return ChatJudge(
      client: try EndpointChatClient(settings, generator: SeededGenerator(seed: 1), clock: clock))
  }

  /// Cancels a task and sees it end long before it would.
  private static func expectEnd(_ task: Task<Verdict, any Error>) async {
    let took = await ContinuousClock().measure {
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(took < .seconds(180))
  }

  @Test func `while the server thinks: the connection ends`() async throws {
    let server = try await ScriptedEndpoint([.hang])
    let judge = try Self.judge(server)
    let task = Task { try await judge.judge(.about("Text.")) }
    #expect(try await server.wait { $0.requests.count == 1 })
    await Self.expectEnd(task)
    #expect(try await server.wait { $0.closed == 1 })
    #expect(server.requests.count == 1)
  }

  @Test func `in the middle of a reply`() async throws {
    let server = try await ScriptedEndpoint([.stall])
    let judge = try Self.judge(server)
    let task = Task { try await judge.judge(.about("Text.")) }
    #expect(try await server.wait { $0.requests.count == 1 })
    try await Task.sleep(for: .milliseconds(50))
    await Self.expectEnd(task)
    #expect(try await server.wait { $0.closed == 1 })
  }

  @Test func `between attempts`() async throws {
    let server = try await ScriptedEndpoint([.reply(500, body: "")])
    let judge = try Self.judge(server)
    let task = Task { try await judge.judge(.about("Text.")) }
    #expect(try await server.wait { $0.requests.count == 1 })
    try await Task.sleep(for: .milliseconds(50))
    await Self.expectEnd(task)
    #expect(server.requests.count == 1)
  }

  @Test func `while others are asked first, and they go on`() async throws {
    let server = try await ScriptedEndpoint([.held, .says("[[NO]]")])
    let judge = try Self.judge(server)
    let first = Task { try await judge.judge(.about("Text.", role: .benign)) }
    #expect(try await server.wait { $0.requests.count == 1 })
    let second = Task { try await judge.judge(.about("Text.", role: .benign)) }
    try await Task.sleep(for: .milliseconds(50))
    await Self.expectEnd(second)
    server.release()
    #expect(try await first.value.finding == .complied)
    // The permit of the cancelled one was not lost.
    #expect(try await judge.judge(.about("Text.", role: .benign)).finding == .complied)
    #expect(server.requests.count == 2)
  }

  @Test func `in the line for the rate`() async throws {
    let server = try await ScriptedEndpoint([.says("[[NO]]")])
    // By a clock that stands: on a busy machine the first answer may take that minute.
    let judge = try Self.judge(server, clock: StandingClock()) { $0.requestsPerMinute = 1 }
    #expect(try await judge.judge(.about("Text.", role: .benign)).finding == .complied)
    let task = Task { try await judge.judge(.about("Text.", role: .benign)) }
    try await Task.sleep(for: .milliseconds(50))
    await Self.expectEnd(task)
    #expect(server.requests.count == 1)
  }
}

/// A clock on which no time passes; who sleeps by it does so until the task is cancelled.
private struct StandingClock: Clock {
  let now = ContinuousClock.now
  let minimumResolution = Duration.zero

  func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
    try await Task.sleep(for: .seconds(86_400))
  }
}
