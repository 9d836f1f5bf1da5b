import Logging
import NIOCore
import NIOPosix
import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Connections", .timeLimit(.minutes(15)))
struct ConnectionTests {
  private static let health = RawClient.request("GET /health")
  private static let secrets = ["RESTA_API_KEYS": "0123456789abcdef"]

  // MARK: Expect: 100-continue

  @Test("a client that waits for 100 gets it, and sends the body then", arguments: [false, true])
  func expectContinue(chunked: Bool) async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      for count in 1...2 {
        let body = #"{"messages":[{"role":"user","content":"a"}]}"#
        await client.send(
          RawClient.request(
            "POST /v1/chat/completions", "Expect: 100-continue",
            chunked ? "Transfer-Encoding: chunked" : "X: y", length: body.utf8.count))
        #expect(try await client.replies(2 * count - 1).last == 100)
        await client.send(
          chunked ? "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n" : body)
        #expect(try await client.replies(2 * count).last == 200)
      }
    }
  }

  @Test(
    "a final status comes at once where the body is not wanted",
    arguments: [
      ("POST /v1/chat/completions", "Authorization: Bearer wrong-wrong-wrong", 20, 401),
      ("POST /nope", "X: y", 20, 404), ("POST /v1/models", "X: y", 20, 405),
      ("POST /v1/chat/completions", "X: y", 5_000_000, 413),
      ("POST /v1/chat/completions", "Content-Type: text/plain", 20, 415),
      ("POST /v1/chat/completions", "Content-Encoding: gzip", 20, 415),
      ("POST /v1/chat/completions", "Expect: 100-continue, other", 20, 417),
    ])
  func expectRefused(line: String, field: String, length: Int, status: Int) async throws {
    let secrets = try ServerSecrets(environment: Self.secrets)
    try await ServerFixture.run(secrets: secrets) { server in
      let client = try await RawClient(port: server.port)
      let key =
        field.hasPrefix("Authorization") ? field : "Authorization: Bearer 0123456789abcdef"
      await client.send(
        RawClient.request(line, key, field, "Expect: 100-continue", length: length))
      #expect(try await client.replies(1) == [status])
      try await client.shows(#""error""#)
      try await client.closed()
      #expect(client.statuses == [status])
      #expect(server.model.recordedPasses.isEmpty)
    }
  }

  @Test(
    "HTTP/1.0 gets no 100 and no chunks, and its connection is closed", arguments: [false, true])
  func oldVersion(streams: Bool) async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(
        RawClient.chat("Expect: 100-continue", more: streams ? #","stream":true"# : "")
          .replacing("HTTP/1.1", with: "HTTP/1.0"))
      try await client.closed()
      #expect(client.statuses == [200])
      #expect(!client.text.lowercased().contains("transfer-encoding"))
      #expect(client.text.hasSuffix(streams ? "data: [DONE]\n\n" : "}"))
    }
  }

  @Test("a server that has nothing to answer with yet says so before the body")
  func loading() async throws {
    try await ServerFixture.run(
      loading: { try await Task.sleep(for: .seconds(3600)) }, isReady: false
    ) { server in
      let client = try await RawClient(port: server.port)
      await client.send(
        RawClient.request("POST /v1/chat/completions", "Expect: 100-continue", length: 9))
      #expect(try await client.replies(1) == [503])
    }
  }

  // MARK: Times

  @Test(
    "every request of a connection has read_seconds, its head and its body",
    arguments: [
      (0, "GET /health HTTP/1.1\r\nHost: ", 0), (1, "GET /health HTTP/1.1\r\nHost: ", 0),
      (2, "GET /", 0), (0, RawClient.request("POST /v1/chat/completions", length: 5000), 1),
      (1, RawClient.request("POST /v1/chat/completions", length: 5000), 1),
      (1, RawClient.request("POST /v1/chat/completions", "Transfer-Encoding: chunked"), 2),
    ])
  func slow(before: Int, start: String, kind: Int) async throws {
    try await ServerFixture.run({ $0.limits.readSeconds = 1 }) { server in
      try await despiteStalls(of: .milliseconds(300)) {
        var begun = ContinuousClock.now
        let client = try await RawClient(
          port: server.port, first: before == 0 ? start : Self.health)
        for count in 0..<before {
          if count > 0 { await client.send(Self.health) }
          #expect(try await client.replies(count + 1).last == 200)
        }
        if before > 0 {
          begun = .now
          await client.send(start)
        }
        // A byte now and then is no sign of life.
        let byte = ["a", " ", "1\r\n \r\n"][kind]
        while client.statuses.count == before, client.isOpen,
          ContinuousClock.now - begun < .seconds(180)
        {
          try await Task.sleep(for: .milliseconds(50))
          await client.send(byte)
        }
        #expect(client.statuses.dropFirst(before) == [408])
        try await client.shows("read_timeout")
        #expect(ContinuousClock.now - begun >= .milliseconds(950))
        try await client.closed()
      }
    }
  }

  @Test("who says nothing is closed in silence; who has been answered may be idle for longer")
  func idle() async throws {
    try await ServerFixture.run({ $0.limits.readSeconds = 1 }) { server in
      try await despiteStalls(of: .milliseconds(300)) {
        let begun = ContinuousClock.now
        let silent = try await RawClient(port: server.port)
        let answered = try await RawClient(port: server.port, first: Self.health)
        #expect(try await answered.replies(1) == [200])
        try await silent.closed()
        #expect(silent.text.isEmpty)
        #expect(ContinuousClock.now - begun > .milliseconds(950))
        try await Task.sleep(for: .milliseconds(1200))
        await answered.send(Self.health)
        #expect(try await answered.replies(2) == [200, 200])
      }
    }
  }

  @Test("half a head behind whole requests has read_seconds too; line ends are no beginning")
  func halfBehind() async throws {
    try await ServerFixture.run({ $0.limits.readSeconds = 1 }) { server in
      try await despiteStalls(of: .milliseconds(300)) {
        for half in ["G", "GET /hea", "GET /health HTTP/1.1\r\nHost: localhost\r\n"] {
          let client = try await RawClient(
            port: server.port, first: Self.health + Self.health + half)
          try await client.closed()
          #expect(client.statuses == [200, 200, 408], "\(half)")
        }
        let client = try await RawClient(port: server.port, first: Self.health + "\r\n")
        #expect(try await client.replies(1) == [200])
        try await Task.sleep(for: .milliseconds(1500))
        await client.send(Self.health)
        #expect(try await client.replies(2) == [200, 200])
      }
    }
  }

  @Test("the time of a first request begins with its first byte, not with the connection")
  func late() async throws {
    try await ServerFixture.run({ $0.limits.readSeconds = 4 }) { server in
      try await despiteStalls(of: .milliseconds(300)) {
        let client = try await RawClient(port: server.port)
        try await Task.sleep(for: .seconds(2.5))
        // To Swift a line's end is one character.
        await client.send(String(Self.health.dropLast()))
        try await Task.sleep(for: .seconds(2.5))
        await client.send("\r\n")
        #expect(try await client.replies(1) == [200])
      }
    }
  }

  // MARK: One behind the other

  @Test("pipelined requests are answered in order, all of them, and the connection stays open")
  func pipelining() async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      var sent: [(String, Int)] = []
      for number in 0..<12 {
        sent.append(
          [
            (Self.health, 200), (RawClient.chat(), 200), (RawClient.request("GET /nope"), 404),
            (RawClient.chat(more: #","tools":[1]"#), 400), (RawClient.request("HEAD /health"), 200),
            (RawClient.request("POST /v1/chat/completions", body: "{"), 400),
          ][number % 6])
      }
      await client.send(sent.map(\.0).joined())
      #expect(try await client.replies(sent.count) == sent.map(\.1))
      #expect(!client.text.lowercased().contains("connection: close"))
      await client.send(Self.health)
      #expect(try await client.replies(sent.count + 1).last == 200)
    }
  }

  @Test("what is no HTTP is told so once those before it are answered", arguments: [0, 1, 3])
  func garbage(before: Int) async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(String(repeating: RawClient.chat(), count: before) + "{garbage}\r\n\r\n")
      await client.send("and more of it")
      try await client.closed()
      #expect(client.statuses == Array(repeating: 200, count: before) + [400])
      #expect(client.text.contains("malformed_request"))
      #expect(client.text.contains("x-request-id"))
      try await until { server.lines.text.contains("malformed_request") }
    }
  }

  @Test("behind a request that ends its connection nothing is run")
  func closing() async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(
        RawClient.request("GET /health", "Connection: close") + RawClient.chat() + Self.health)
      try await client.closed()
      #expect(client.statuses == [200])
      #expect(server.model.recordedPasses.isEmpty)
    }
  }

  @Test("a client that is gone is not answered, nor are its requests that wait", arguments: [0, 3])
  func gone(behind: Int) async throws {
    let model = try ServerFixture.model(
      saying: String(repeating: "word ", count: 400), delay: .milliseconds(150))
    try await ServerFixture.run(model: model) { server in
      let client = try await RawClient(port: server.port)
      let chat = RawClient.chat(more: #","max_tokens":1000"#)
      await client.send(String(repeating: chat, count: 1 + behind))
      while try await server.metric("resta_running") != 1 {}
      try await client.close()
      func logged() -> Int {
        server.lines.requests.compactMap { try? $0.string("path") }
          .count { $0 == "/v1/chat/completions" }
      }
      // Long before the answer is complete, which would take minutes.
      try await until { server.model.openReservations == 0 && logged() > 0 }
      let passes = model.recordedPasses.count
      try await Task.sleep(for: .milliseconds(400))
      // The answer has nearly a thousand.
      #expect(model.recordedPasses.count == passes && passes < 900)
      #expect(logged() == 1)
    }
  }

  // MARK: Half of a connection

  @Test("who closes its sending half has left, and is told so; what is cheap is answered")
  func halfClosed() async throws {
    let model = try ServerFixture.model(
      saying: String(repeating: "word ", count: 400), delay: .milliseconds(150))
    try await ServerFixture.run(model: model) { server in
      let cheap = try await RawClient(port: server.port)
      await cheap.send(Self.health)
      try await cheap.endSending()
      try await cheap.closed()
      #expect(cheap.statuses == [200])
      let dear = try await RawClient(port: server.port)
      await dear.send(RawClient.chat(more: #","max_tokens":1000"#))
      try await dear.endSending()
      try await dear.closed()
      #expect(dear.statuses == [499])
      #expect(dear.text.contains("counts as leaving"))
      let short = try await RawClient(port: server.port)
      await short.send(RawClient.request("POST /v1/chat/completions", body: "{}", length: 50))
      try await short.endSending()
      try await short.closed()
      #expect([[], [400], [499]].contains(short.statuses))
    }
  }

  // MARK: Dropped

  @Test("a connection that a server which stops drops unhandled is closed, and nothing else ends")
  func dropped() async throws {
    let connections = ConnectionChannel(
      responder: { _, _, _ in }, limits: ServerSettings.Limits(), refused: { _ in "" })
    let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        connections.setup(channel: channel, logger: Logger(label: "dropped")).map { _ in }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listening.localAddress?.port)
    for _ in 0..<20 {
      let client = try await RawClient(port: port)
      try await client.closed()
      #expect(client.statuses.isEmpty)
    }
    try await listening.close()
  }
}
