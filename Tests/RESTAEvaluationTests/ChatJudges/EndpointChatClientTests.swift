import Foundation
import NIOHTTP1
import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("An endpoint as judge") struct EndpointChatClientTests {
  private static let secret = "sk-0123456789-do-not-print"

  private static func client(
    _ server: ScriptedEndpoint, clock: any Clock<Duration> = ImpatientClock(), seed: UInt64 = 1,
    _ change: (inout EndpointSettings) -> Void = { _ in }
  ) throws -> EndpointChatClient {
    var settings = EndpointSettings(baseURL: server.address, model: "m", timeout: 600)
    change(&settings)
    return try EndpointChatClient(
      settings, environment: ["KEY": secret], generator: SeededGenerator(seed: seed), clock: clock)
  }

  @Test func `the request is a chat completion at temperature 0`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let client = try Self.client(server) { $0.apiKeyVariable = "KEY" }
    let reply = try await client.complete(
      messages: [.user("a \"quote\" / é\u{0}"), .assistant("b")], maximumTokens: 7)
    #expect(reply == "fine")
    #expect(client.id == "m")
    let request = try #require(server.requests.first)
    #expect(request.uri == "/v1/chat/completions")
    #expect(request.headers["Authorization"] == ["Bearer \(Self.secret)"])
    #expect(request.headers["Content-Type"] == ["application/json"])
    let body = try JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8))
    #expect(
      body
        == .object([
          "model": .string("m"), "temperature": .integer(0), "max_tokens": .integer(7),
          "messages": .array([
            .object(["role": .string("user"), "content": .string("a \"quote\" / é\u{0}")]),
            .object(["role": .string("assistant"), "content": .string("b")]),
          ]),
        ]))
  }

  @Test func `without a variable no key is sent`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    _ = try await Self.client(server).complete(messages: [.user("?")], maximumTokens: 7)
    #expect(server.requests.first?.headers["Authorization"] == [])
  }

  @Test func `no description or dump shows the key`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let client = try Self.client(server) { $0.apiKeyVariable = "KEY" }
    let key = try #require(try EndpointKey(variable: "KEY", environment: ["KEY": Self.secret]))
    var text = "\(client) \(String(reflecting: client)) \(key) \(String(reflecting: key))"
    dump(client, to: &text)
    dump(key, to: &text)
    #expect(text.contains("(API key)"))
    #expect(!text.contains(Self.secret))
  }

  @Test(arguments: ["", "two words", "line\r\nX-Header: 1", "ключ"])
  func `a key that is missing or can be no header's value is an error that does not show it`(
    key: String
  ) throws {
    let error = #expect(throws: EvaluationError.self) {
      try EndpointKey(variable: "KEY", environment: key.isEmpty ? [:] : ["KEY": key])
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("KEY") == true)
    #expect(key.isEmpty || error?.message.contains(key) == false)
  }

  @Test func `pauses double, up to the longest, with jitter from the generator`() async throws {
    func pauses(seed: UInt64) async throws -> [Double] {
      let server = try await ScriptedEndpoint([.reply(500, body: "")])
      let clock = ImpatientClock()
      let client = try Self.client(server, clock: clock, seed: seed) {
        $0.attempts = 7
        $0.longestPause = 10
      }
      _ = try? await client.complete(messages: [.user("?")], maximumTokens: 7)
      return clock.sleeps
    }
    let first = try await pauses(seed: 1)
    #expect(first.count == 6)
    for (pause, most) in zip(first, [1.0, 2, 4, 8, 10, 10]) {
      #expect(pause >= most / 2 && pause <= most)
    }
    #expect(try await pauses(seed: 1) == first)
    #expect(try await pauses(seed: 2) != first)
  }

  @Test(
    arguments: [
      (["Retry-After": "7"], 7.0), (["Retry-After": " 12 "], 12),
      (["retry-after-ms": "2500", "Retry-After": "7"], 2.5),
      (
        [
          "Retry-After": "Sunday, 06-Nov-94 08:49:57 GMT", "Date": "Sun Nov  6 08:49:37 1994",
        ], 20
      ),
      (
        [
          "Retry-After": "Sun, 06 Nov 1994 08:49:57 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT",
        ], 20
      ),
    ] as [([String: String], Double)])
  func `Retry-After is honoured`(headers: [String: String], seconds: Double) async throws {
    for status in [429, 503] {
      let server = try await ScriptedEndpoint([
        .reply(status, headers: headers, body: ""), .says("fine"),
      ])
      let clock = ImpatientClock()
      let client = try Self.client(server, clock: clock)
      #expect(try await client.complete(messages: [.user("?")], maximumTokens: 7) == "fine")
      #expect(clock.sleeps == [seconds])
    }
  }

  @Test(arguments: [
    "0", "-5", "soon", "", "1.5", "Sun, 06 Nov 1994 08:49:57 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
  ])
  func `a Retry-After that is short or unreadable leaves the pause as it is`(
    value: String
  ) async throws {
    let server = try await ScriptedEndpoint([
      .reply(429, headers: ["Retry-After": value], body: ""), .says("fine"),
    ])
    let clock = ImpatientClock()
    _ = try await Self.client(server, clock: clock)
      .complete(messages: [.user("?")], maximumTokens: 7)
    #expect(clock.sleeps.count == 1)
    #expect((0.5...1).contains(clock.sleeps[0]))
  }

  @Test(arguments: ["61", "99999999999999999999999999"])
  func `a server that asks for too long a pause is not asked again`(value: String) async throws {
    let server = try await ScriptedEndpoint([
      .reply(429, headers: ["Retry-After": value], body: "")
    ])
    let client = try Self.client(server)
    let error = await #expect(throws: EvaluationError.self) {
      try await client.complete(messages: [.user("?")], maximumTokens: 7)
    }
    #expect(server.requests.count == 1)
    let seconds = try #require(Double(value))
    #expect(error?.cause as? EndpointFailure == .retryTooLate(status: 429, seconds: seconds))
  }

  @Test func `attempts are spaced evenly`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let clock = ImpatientClock()
    let client = try Self.client(server, clock: clock) { $0.requestsPerMinute = 30 }
    for _ in 0..<5 { _ = try await client.complete(messages: [.user("?")], maximumTokens: 7) }
    #expect(clock.sleeps == [2, 2, 2, 2])
  }

  @Test func `without the server's clock, ours tells how long a date is away`() throws {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let value = formatter.string(from: Date(timeIntervalSinceNow: 3600))
    let pause = try #require(RetryPause.requested(["Retry-After": value]))
    #expect((3500...3600).contains(pause))
  }

  @Test func `a reply that is compressed is read`() async throws {
    // gzip of a chat completion that says [[NO]], made with Python.
    let body =
      "1f8b0800000000000203ab564acec8cf4c4e2d56b25288ae56ca4d2d2e4e4c4f0572aa958af27340"
      + "0ca5c4e2e2cce292c4bc12251d05a5e4fcbc92542013281e1dede71f1bab545b1b5b0b00d7b0b237"
      + "46000000"
    let server = try await ScriptedEndpoint([.bytes(["Content-Encoding": "gzip"], hex: body)])
    let reply = try await Self.client(server).complete(messages: [.user("?")], maximumTokens: 7)
    #expect(reply == "[[NO]]")
    #expect(server.requests.first?.headers["Accept-Encoding"] == ["gzip, deflate"])
  }

  @Test func `the key goes into the header that is named`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let client = try Self.client(server) {
      $0.apiKeyVariable = "KEY"
      $0.keyHeader = "api-key"
      $0.baseURL += "/openai/deployments/d?api-version=2024-10-21"
    }
    _ = try await client.complete(messages: [.user("?")], maximumTokens: 7)
    let request = try #require(server.requests.first)
    #expect(request.headers["api-key"] == [Self.secret])
    #expect(request.headers["Authorization"] == [])
    #expect(request.uri == "/openai/deployments/d/chat/completions?api-version=2024-10-21")
  }

  @Test func `a pause that the server asks one question for holds back the next`() async throws {
    let server = try await ScriptedEndpoint([
      .reply(429, headers: ["Retry-After": "7"], body: ""), .says("fine"),
    ])
    let clock = ImpatientClock()
    let client = try Self.client(server, clock: clock) { $0.attempts = 1 }
    await #expect(throws: EvaluationError.self) {
      try await client.complete(messages: [.user("?")], maximumTokens: 7)
    }
    #expect(clock.sleeps == [])
    #expect(try await client.complete(messages: [.user("?")], maximumTokens: 7) == "fine")
    #expect(clock.sleeps == [7])
  }

  @Test func `only a longer pause replaces the one that is kept`() async throws {
    let clock = ImpatientClock()
    let pacer = RequestPacer(requestsPerMinute: 60, clock: EndpointClock(clock))
    try await pacer.wait()
    pacer.hold(for: .seconds(9))
    try await pacer.wait()
    pacer.hold(for: .milliseconds(1))
    try await pacer.wait()
    #expect(clock.sleeps == [9, 1])
  }

  @Test func `no more attempts at once than allowed`() async throws {
    let server = try await ScriptedEndpoint([.held, .late(milliseconds: 30)])
    let client = try Self.client(server) { $0.concurrency = 2 }
    try await withThrowingTaskGroup(of: ChatReply.self) { group in
      for _ in 0..<8 {
        group.addTask {
          // Twice, so that some come while others wait.
          _ = try await client.complete(messages: [.user("?")], maximumTokens: 7)
          return try await client.complete(messages: [.user("?")], maximumTokens: 7)
        }
      }
      // The first one is answered when another has come beside it.
      #expect(try await server.wait { $0.mostAnswering >= 2 })
      server.release()
      for try await reply in group { #expect(reply == "[[NO]]") }
    }
    #expect(server.requests.count == 16)
    #expect(server.mostAnswering == 2)
  }
}
