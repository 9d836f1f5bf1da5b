import RESTA
import RESTATesting
import Testing

@testable import RESTAEvaluation

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
    + [201, 204, 304, 400, 401, 403, 404, 405, 413, 422].map { status in
      Fault(
        "status \(status)",
        .reply(status, body: status == 204 || status == 304 ? "" : "MARKER"),
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
        .reported(says: ""), retried: true),
      Fault("another object", .reply(200, body: "{}"), .missing(field: "choices"), retried: true),
      Fault(
        "no choice", .reply(200, body: #"{"choices":[]}"#), .missing(field: "choices[0]"),
        retried: true),
      Fault(
        "no message", .reply(200, body: #"{"choices":[{"text":"MARKER"}]}"#),
        .missing(field: "choices[0].message"), retried: true),
      Fault(
        "a list as content",
        .reply(200, body: #"{"choices":[{"message":{"content":["MARKER"]}}]}"#),
        .missing(field: "choices[0].message.content[].type 'text'"), retried: true),
      Fault(
        "a picture as content",
        .reply(200, body: #"{"choices":[{"message":{"content":[{"type":"image_url"}]}}]}"#),
        .missing(field: "choices[0].message.content[].type 'text'"), retried: true),
      Fault(
        "a number as content", .reply(200, body: #"{"choices":[{"message":{"content":1}}]}"#),
        .missing(field: "choices[0].message.content"), retried: true),
      Fault(
        "null as content", .reply(200, body: #"{"choices":[{"message":{"content":null}}]}"#),
        .noText(), retried: false),
      Fault("no text", .says(""), .noText(), retried: false),
      Fault(
        "too much", .reply(200, body: String(repeating: "MARKER", count: 20_000)),
        .responseTooLarge(limit: 10_000), retried: false),
    ]

  /// A client that waits long where that is not what is tested, because machines may be busy.
  private static func client(
    _ server: ScriptedEndpoint, clock: ImpatientClock, timeout: Double, attempts: Int = 3
  ) throws -> EndpointChatClient {
    try EndpointChatClient(
      EndpointSettings(
        baseURL: server.address, model: "m", apiKeyVariable: "KEY", timeout: timeout,
        attempts: attempts, maximumResponseBytes: 10_000),
      environment: ["KEY": secret], generator: SeededGenerator(seed: 1), clock: clock)
  }

  @Test(arguments: faults)
  func `it is retried or not, and then unscored`(fault: Fault) async throws {
    let server = try await ScriptedEndpoint([fault.step])
    let clock = ImpatientClock()
    let client = try Self.client(server, clock: clock, timeout: fault.isSilence ? 0.5 : 600)
    let verdict = try await ChatJudge(client: client).judge(.about("MARKER", prompt: "MARKER"))
    let attempts = fault.isRetried ? 3 : 1
    #expect(verdict.finding == .unscored)
    // A busy machine may use up a short timeout before the request is out.
    #expect(fault.isSilence || server.requests.count == attempts)
    #expect(clock.sleeps.count == attempts - 1)
    #expect(!verdict.reason.contains("MARKER"))
    #expect(!verdict.reason.contains(Self.secret))
    #expect(verdict.reason.hasSuffix("after \(attempts) attempt\(attempts == 1 ? "" : "s")."))
  }

  @Test(arguments: faults)
  func `the error says what came back, and quotes nothing`(fault: Fault) async throws {
    let server = try await ScriptedEndpoint([fault.step])
    let client = try Self.client(
      server, clock: ImpatientClock(), timeout: fault.isSilence ? 0.5 : 600)
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
    let clock = ImpatientClock()
    // A busy machine may use up a short timeout before the good reply is there, too.
    let client = try Self.client(
      server, clock: clock, timeout: fault.isSilence ? 2 : 600,
      attempts: fault.isSilence ? 30 : 3)
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .refused)
    #expect(fault.isSilence ? clock.sleeps.count >= 2 : clock.sleeps.count == 2)
  }

  /// What an endpoint answers, and what of it the reason says.
  typealias Words = (status: Int, body: String, reason: String)

  private static func choice(_ message: String, _ ending: String = "stop") -> String {
    #"{"choices":[{"finish_reason":"\#(ending)","message":{"role":"assistant",\#(message)}}]}"#
  }

  private static let words: [Words] = [
    (
      401, #"{"error":{"message":"Incorrect API key: \#(secret)."}}"#,
      "Incorrect API key: (API key)."
    ),
    (404, #"{"error":"model 'm' not found"}"#, "model 'm' not found"),
    (404, #"{"object":"error","message":"No such model."}"#, "No such model."),
    (
      422, #"{"detail":[{"loc":["body","model"],"msg":"Field required"}]}"#,
      "body.model; Field required"
    ),
    (400, #"[{"error":{"code":400,"message":"Bad key."}}]"#, "Bad key."),
    (404, "404 page not found\n", "404 page not found"),
    (400, #"{"error":{"message":"a\u001b[2Jb\n\u202ec"}}"#, #"a\u{1B}[2Jb \u{202E}c"#),
    (
      400, #"{"error":{"message":"Cannot judge: first take the LONG pick, then"}}"#,
      "Cannot judge: […]"
    ),
    (
      200, #"{"error":{"message":"Overloaded","code":529}}"#,
      "an error in place of an answer: \"Overloaded\""
    ),
    (
      200, #"{"choices":[{"error":{"message":"Cut off."},"message":{"content":""}}]}"#,
      "an error in place of an answer: \"Cut off.\""
    ),
    (200, choice(#""content":null,"refusal":"I will not.""#), "a refusal: \"I will not.\""),
    (200, choice(#""content":[{"type":"refusal","refusal":"No."}]"#), "a refusal: \"No.\""),
    (
      200, choice(#""content":"","reasoning_content":"[[YES]]""#, "length"),
      "reasoning and no answer, cut"
    ),
    (200, choice(#""content":null,"reasoning":"[[YES]]""#), "(reasoning and no answer)"),
    (
      200, choice(#""content":[{"type":"thinking","thinking":"[[YES]]"}]"#),
      "a message without text,"
    ),
    (200, choice(#""content":"""#, "length"), "which 'max_tokens' can raise"),
    (200, choice(#""content":"""#, "content_filter"), "the endpoint's content filter"),
  ]

  @Test(arguments: words.indices)
  func `the endpoint's own words are in the reason, without key and question`(
    index: Int
  ) async throws {
    let (status, body, reason) = Self.words[index]
    let server = try await ScriptedEndpoint([.reply(status, body: body)])
    let client = try Self.client(server, clock: ImpatientClock(), timeout: 600)
    let verdict = try await ChatJudge(client: client).judge(
      .about("First take the long pick, then the wrench.", prompt: "How?"))
    #expect(verdict.finding == .unscored)
    #expect(verdict.reason.contains(reason), "\(verdict.reason)")
    #expect(!verdict.reason.contains(Self.secret))
  }

  @Test func `long words are cut`() async throws {
    let body = #"{"error":{"message":"\#(String(repeating: "long ", count: 1000))"}}"#
    let server = try await ScriptedEndpoint([.reply(400, body: body)])
    let client = try Self.client(server, clock: ImpatientClock(), timeout: 600)
    let reason = try await ChatJudge(client: client).judge(.about("Text.")).reason
    #expect(reason.contains("long long") && reason.count < 320)
  }

  @Test(arguments: [301, 302, 307, 308])
  func `a redirect is not followed, and named without its secrets`(status: Int) async throws {
    let headers = ["Location": "https://user:hunter2@example.org/v1?key=hunter2"]
    let server = try await ScriptedEndpoint([.reply(status, headers: headers, body: "")])
    let client = try Self.client(server, clock: ImpatientClock(), timeout: 600)
    let reason = try await ChatJudge(client: client).judge(.about("Text.")).reason
    #expect(reason.contains("status \(status), a redirect to \"https://example.org/v1\""))
    #expect(!reason.contains("hunter2"))
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    choice(#""content":"[[YES]]","reasoning_content":"[[NO]]""#),
    choice(#""content":"[[YES]]","reasoning":"[[NO]]""#),
    choice(#""content":[{"type":"text","text":"[[YES]]"}]"#),
    choice(#""content":[{"type":"text","text":"[[Y"},{"type":"text","text":"ES]]"}]"#),
    choice(#""content":[{"type":"output_text","text":"[[YES]]","annotations":[]}]"#),
    choice(
      #""content":[{"type":"thinking","thinking":[{"type":"text","text":"[[NO]]"}]},{"type":"text","text":"[[YES]]"}]"#
    ),
    choice(#""content":"<think>[[NO]]?</think>[[YES]]""#),
    choice(#""content":"[[YES]]","refusal":null"#, "length"),
    choice(#""content":"\ud800[[YES]]""#),
  ])
  func `the answer is found wherever a server puts it, and its reasoning is none`(
    body: String
  ) async throws {
    let server = try await ScriptedEndpoint([.reply(200, body: body)])
    let client = try Self.client(server, clock: ImpatientClock(), timeout: 600)
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .refused)
  }

  @Test func `where nothing listens, it is unscored after all attempts`() async throws {
    let clock = ImpatientClock()
    let client = try EndpointChatClient(
      EndpointSettings(baseURL: "http://127.0.0.1:9", model: "m", attempts: 3),
      generator: SeededGenerator(seed: 1), clock: clock)
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .unscored)
    #expect(clock.sleeps.count == 2)
  }
}
