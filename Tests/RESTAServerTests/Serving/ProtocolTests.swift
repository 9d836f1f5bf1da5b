import Logging
import RESTA
import Testing

@testable import RESTAServer

@Suite("The protocol", .timeLimit(.minutes(15)))
struct ProtocolTests {
  private static let health = RawClient.request("GET /health")

  @Test(
    "a body is framed in one way, or refused, and nothing behind it is taken for a request",
    arguments: [
      (
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
      ),
      (
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
          + "Content-Length: 2\r\n\r\n{}", 400
      ),
      (
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n",
        400
      ),
      ("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
      ("GET /health HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400),
      ("GET /health HTTP/1.1\r\n\r\n", 400), ("GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505),
      ("GET /health HTTP/1.1\nHost: localhost\n\n", 505),
      ("GET /health HTTP/1.1\r\nHost: localhost\r\n\u{E4}: b\r\n\r\n", 400),
      ("GET /health HTTP/1.1\r\nHost: localhost\r\n: b\r\n\r\n", 400),
      ("GET /health HTTP/1.1\r\nHost: localhost\r\n b: c\r\n\r\n", 400),
      (
        "GET /health HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "a: b\r\n", count: 200)
          + "\r\n", 431
      ),
      (
        "GET /health HTTP/1.1\r\nHost: localhost\r\na: " + String(repeating: "b", count: 20_000)
          + "\r\n\r\n", 431
      ),
      ("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
      ("GET http://evil.example/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n", 403),
    ])
  func framing(bytes: String, status: Int) async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(bytes + (status == 403 ? "" : Self.health))
      let statuses = try await client.replies(1)
      // Whichever of the two rules that a coding breaks is found first.
      #expect(statuses == [status] || (bytes.contains("gzip") && statuses == [501]))
      if status != 403 {
        try await client.closed()
        #expect(client.statuses.count == 1)
      }
      try await client.shows(#""error""#)
      // Lines that end otherwise are what somebody types by hand.
      #expect(client.text.contains("CRLF") == (status == 505))
    }
  }

  @Test(
    "a chunk whose size lies is no body",
    arguments: [("1\r\n{}\r\n0\r\n\r\n", 400), ("zz\r\n", 400)])
  func chunks(body: String, status: Int) async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(
        RawClient.request("POST /v1/completions", "Transfer-Encoding: chunked") + body)
      #expect(try await client.replies(1) == [status])
      try await client.closed()
    }
  }

  @Test("the connection outlives errors, and an upgrade that nobody takes ends it")
  func keepsAlive() async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      let wrong: [(String, Int)] = [
        (RawClient.request("POST /v1/chat/completions", body: "{"), 400),
        (RawClient.request("GET /nope"), 404), (RawClient.request("DELETE /v1/models"), 405),
        (RawClient.request("GET /v1/models", "Origin: https://evil.example"), 403),
        (
          RawClient.request("POST /v1/chat/completions", "Content-Type: text/plain", body: "{}"),
          415
        ),
      ]
      for (index, (request, status)) in wrong.enumerated() {
        await client.send(request)
        #expect(try await client.replies(index + 1).last == status)
      }
      #expect(!client.text.lowercased().contains("connection: close"))
      await client.send(
        RawClient.request("GET /health", "Connection: Upgrade", "Upgrade: h2c") + Self.health)
      try await client.closed()
      #expect(client.statuses.count == wrong.count + 1)
      #expect(client.statuses.last == 200)
      let java = try await RawClient(port: server.port)
      let parts = RawClient.chat("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")
        .split(separator: "{", maxSplits: 1)
      await java.send(String(parts[0]))
      try await Task.sleep(for: .milliseconds(50))
      await java.send("{" + parts[1])
      #expect(try await java.replies(1) == [200])
      try await java.shows("usage")
    }
  }

  @Test("methods and spellings of a path")
  func paths() async throws {
    try await ServerFixture.run { server in
      for (method, path, status, allow) in [
        ("OPTIONS", "/v1/models", 204, "GET, HEAD, OPTIONS"),
        ("OPTIONS", "/v1/chat/completions", 204, "OPTIONS, POST"), ("OPTIONS", "/nope", 404, nil),
        ("PUT", "/v1/chat/completions", 405, "OPTIONS, POST"),
        ("DELETE", "//v1//models", 405, "GET, HEAD, OPTIONS"), ("GET", "//v1//models/", 200, nil),
        ("GET", "/v1/%2e%2e/health", 404, nil), ("GET", "/v1/../health", 404, nil),
        ("GET", "/%76%31/models", 404, nil), ("GET", "/V1/models", 404, nil),
        ("GET", "/v1/models?x=/../y", 200, nil), ("GET", "/health%00", 404, nil),
        ("TRACE", "/health", 405, "GET, HEAD, OPTIONS"),
        ("GET", "http://localhost/health", 200, nil),
        ("OPTIONS", "*", 204, "DELETE"),
      ] as [(String, String, Int, String?)] {
        let client = try await RawClient(port: server.port)
        await client.send(RawClient.request("\(method) \(path)"))
        #expect(try await client.replies(1) == [status], "\(method) \(path)")
        if let allow, path != "*" {
          #expect(client.text.lowercased().contains("allow: \(allow.lowercased())\r\n"), "\(path)")
        }
        try await client.close()
      }
    }
  }

  @Test("only the keys that the operator names read the metrics, and margins only where he says so")
  func metrics() async throws {
    let secrets = try ServerSecrets(
      keyFile: "monitor=0123456789abcdef\nclient=fedcba9876543210")
    let keys = ["0123456789abcdef", "fedcba9876543210"].map { ["authorization": "Bearer \($0)"] }
    for (names, margins) in [([], false), (["monitor"], true), (["monitor"], false)] {
      try await ServerFixture.run(
        {
          $0.metrics.keys = names
          $0.metrics.margins = margins
        }, secrets: secrets
      ) { server in
        let body = #"{"messages":[{"role":"user","content":"a"}]}"#
        let reply = try await server.send("/v1/chat/completions", body, headers: keys[1])
        #expect(reply.status == 200)
        let monitor = try await server.send("/metrics", headers: keys[0])
        #expect(monitor.status == 200)
        #expect(monitor.text.contains("resta_vote_margin_count") == margins)
        #expect(monitor.text.contains("resta_passes_total") == margins)
        let client = try await server.send("/metrics", headers: keys[1])
        #expect(client.status == (names.isEmpty ? 200 : 403))
        #expect(try await server.send("/metrics").status == 401)
      }
    }
    var settings = ServerSettings()
    settings.metrics.keys = ["nobody"]
    let error = #expect(throws: ServerError.self) {
      try ChatServer(settings: settings, secrets: secrets, logger: Logger(label: "test")) { _ in
        LoadedModel(model: try ServerFixture.model())
      }
    }
    #expect(error?.message.contains("'nobody'") == true)
  }

  @Test("the body says whether an answer is a stream, not what the client would accept")
  func accept() async throws {
    try await ServerFixture.run { server in
      let client = try await RawClient(port: server.port)
      await client.send(RawClient.chat("Accept: text/event-stream"))
      #expect(try await client.replies(1) == [200])
      #expect(client.text.lowercased().contains("content-type: application/json"))
    }
  }
}
