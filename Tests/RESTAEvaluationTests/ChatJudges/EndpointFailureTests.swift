import RESTA
import RESTAEvaluation
import RESTATesting
import Testing

/// What a server can do wrong, and what comes of it.
@Suite("An endpoint that fails") struct EndpointFailureTests {
  private static let secret = "sk-0123456789-do-not-print"

  /// A way to fail: what the server does, the failure, and whether it is tried again.
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var step: ScriptedEndpoint.Step
    var failure: EndpointFailure
    var isRetried: Bool

    init(
      _ name: String, _ step: ScriptedEndpoint.Step, _ failure: EndpointFailure, retried: Bool
    ) {
      testDescription = name
      self.step = step
      self.failure = failure
      isRetried = retried
    }

    /// Whether it ends by waiting for nothing.
    var isSilence: Bool { if case .timedOut = failure { true } else { false } }
  }

  private static let faults: [Fault] =
    [408, 429, 500, 502, 503, 504, 599].map { status in
      Fault("status \(status)", .reply(status, body: "MARKER"), .status(status), retried: true)
    }
    + [201, 204, 302, 400, 401, 403, 404, 405, 413, 422].map { status in
      Fault(
        "status \(status)",
        .reply(status, headers: ["Location": "/elsewhere"], body: status == 204 ? "" : "MARKER"),
        .status(status), retried: false)
    }
    + [
      Fault("no reply", .hang, .timedOut(seconds: 0.5), retried: true),
      Fault("half a reply", .stall, .timedOut(seconds: 0.5), retried: true),
      Fault("an early end", .close, .connectionFailed(kind: ""), retried: true),
      Fault("an end in the body", .cutOff, .connectionFailed(kind: ""), retried: true),
      Fault("nothing", .reply(200, body: ""), .emptyBody, retried: true),
      Fault(
        "a page", .reply(200, body: "<html>MARKER</html>"), .notJSON(bytes: 19), retried: true),
      Fault("broken JSON", .reply(200, body: #"{"choices":["#), .notJSON(bytes: 12), retried: true),
      Fault("an array", .reply(200, body: #"["MARKER"]"#), .missing(field: "{}"), retried: true),
      Fault("null", .reply(200, body: "null"), .missing(field: "{}"), retried: true),
      Fault(
        "an error", .reply(200, body: #"{"error":{"message":"MARKER"}}"#),
        .missing(field: "choices"), retried: true),
      Fault(
        "no choice", .reply(200, body: #"{"choices":[]}"#), .missing(field: "choices[0]"),
        retried: true),
      Fault(
        "no message", .reply(200, body: #"{"choices":[{"text":"MARKER"}]}"#),
        .missing(field: "choices[0].message"), retried: true),
      Fault(
        "a list as content",
        .reply(200, body: #"{"choices":[{"message":{"content":["MARKER"]}}]}"#),
        .missing(field: "choices[0].message.content"), retried: true),
      Fault(
        "null as content", .reply(200, body: #"{"choices":[{"message":{"content":null}}]}"#),
        .noText, retried: false),
      Fault("no text", .says(""), .noText, retried: false),
      Fault(
        "too much", .reply(200, body: String(repeating: "MARKER", count: 20_000)),
        .responseTooLarge(limit: 10_000), retried: false),
    ]

  /// A client that waits long where that is not what is tested, because machines may be busy.
  private static func client(
    _ server: ScriptedEndpoint, clock: ImpatientClock, timeout: Double
  ) throws -> EndpointChatClient {
    try EndpointChatClient(
      EndpointSettings(
        baseURL: server.address, model: "m", apiKeyVariable: "KEY", timeout: timeout, attempts: 3,
        maximumResponseBytes: 10_000),
      environment: ["KEY": secret], generator: SeededGenerator(seed: 1), clock: clock)
  }

  @Test(arguments: faults)
  func `it is retried or not, and then unscored`(fault: Fault) async throws {
    let server = try await ScriptedEndpoint([fault.step])
    let clock = ImpatientClock()
    let client = try Self.client(server, clock: clock, timeout: fault.isSilence ? 0.5 : 60)
    let verdict = try await ChatJudge(client: client).judge(.about("MARKER", prompt: "MARKER"))
    let attempts = fault.isRetried ? 3 : 1
    #expect(verdict.finding == .unscored)
    // A busy machine may use up a short timeout before the request is out.
    #expect(fault.isSilence || server.requests.count == attempts)
    #expect(client.usage.attempts == attempts)
    #expect(client.usage.retries == attempts - 1)
    #expect(client.usage.failures == 1)
    #expect(clock.sleeps.count == attempts - 1)
    #expect(!verdict.reason.contains("MARKER"))
    #expect(!verdict.reason.contains(Self.secret))
    #expect(verdict.reason.hasSuffix("after \(attempts) attempt\(attempts == 1 ? "" : "s")."))
  }

  @Test(arguments: faults)
  func `the error says what came back, and quotes nothing`(fault: Fault) async throws {
    let server = try await ScriptedEndpoint([fault.step])
    let client = try Self.client(
      server, clock: ImpatientClock(), timeout: fault.isSilence ? 0.5 : 60)
    let error = await #expect(throws: EvaluationError.self) {
      try await client.complete(messages: [.user("MARKER")], maximumTokens: 8)
    }
    #expect(error?.code == .judgeFailed)
    let failure = try #require(error?.cause as? EndpointFailure)
    switch (failure, fault.failure) {
    case (.connectionFailed(let kind), .connectionFailed): #expect(!kind.isEmpty)
    default: #expect(failure == fault.failure)
    }
    for text in [String(describing: error), String(reflecting: error), error?.description ?? ""] {
      #expect(!text.contains("MARKER"))
      #expect(!text.contains(Self.secret))
    }
  }

  @Test(arguments: faults.filter(\.isRetried))
  func `a server that recovers is as good as one that never failed`(fault: Fault) async throws {
    let server = try await ScriptedEndpoint([fault.step, fault.step, .says("[[YES]]")])
    let client = try Self.client(
      server, clock: ImpatientClock(), timeout: fault.isSilence ? 3 : 60)
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .refused)
    #expect(client.usage.attempts == 3)
    #expect(client.usage.failures == 0)
  }

  @Test func `where nothing listens, it is unscored after all attempts`() async throws {
    let server = try await ScriptedEndpoint([.hang])
    try await server.close()
    let client = try EndpointChatClient(
      EndpointSettings(baseURL: server.address, model: "m", attempts: 3),
      generator: SeededGenerator(seed: 1), clock: ImpatientClock())
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .unscored)
    #expect(client.usage.attempts == 3)
  }
}
