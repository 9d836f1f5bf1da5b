import NIOHTTP1
import Testing

@testable import RESTAServer

@Suite("The head of a request") struct RequestHeadTests {
  private static func head(
    _ target: String, _ fields: [(String, String)], method: HTTPMethod = .GET,
    version: HTTPVersion = .http1_1
  ) -> HTTPRequestHead {
    HTTPRequestHead(version: version, method: method, uri: target, headers: HTTPHeaders(fields))
  }

  @Test(
    "what could be read in two ways is refused",
    arguments: [
      ("/", [], 400), ("/", [("Host", "a"), ("host", "a")], 400),
      ("/", [("Host", "a"), ("Content-Length", "2"), ("Content-Length", "2")], 400),
      ("/", [("Host", "a"), ("Content-Length", "2, 2")], 400),
      ("/", [("Host", "a"), ("Content-Length", "+2")], 400),
      ("/", [("Host", "a"), ("Content-Length", "")], 400),
      ("/", [("Host", "a"), ("Content-Length", "0x2")], 400),
      ("/", [("Host", "a"), ("Content-Length", "2"), ("Transfer-Encoding", "chunked")], 400),
      ("/", [("Host", "a"), ("Transfer-Encoding", "chunked, chunked")], 400),
      (
        "/", [("Host", "a"), ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        400
      ),
      ("/", [("Host", "a"), ("Transfer-Encoding", "")], 400),
      ("/", [("Host", "a"), ("Transfer-Encoding", "gzip, chunked")], 501),
      ("/", [("Host", "a"), ("Transfer-Encoding", "identity")], 501),
      ("/", [("Host", "a"), ("Transfer-Encoding", "xchunked")], 501),
      ("/", [("Host", "a"), ("X-\u{E4}", "b")], 400), ("/", [("Host", "a"), ("X Y", "b")], 400),
      ("/", [("Host", "a"), ("X", "b\u{0}c")], 400), ("/", [("Host", "a"), ("X", "b\rc")], 400),
      ("v1/models", [("Host", "a")], 400), ("example.com:80", [("Host", "a")], 400),
      ("*", [("Host", "a")], 400), ("ftp://a/b", [("Host", "a")], 400),
      ("http:///v1", [("Host", "a")], 400), ("http://u@a/v1", [("Host", "a")], 400),
      ("/", [("Host", "a"), ("Expect", "200-ok")], 417),
      ("/", [("Host", "a"), ("Expect", "100-continue, x=y")], 417),
    ] as [(String, [(String, String)], Int)])
  func refused(target: String, fields: [(String, String)], status: Int) {
    let error = #expect(throws: APIError.self) { try RequestHead(Self.head(target, fields)) }
    #expect(error?.status == status)
    #expect(error?.code?.isEmpty == false)
  }

  @Test("a proxy's method and chunks of HTTP/1.0 are refused")
  func methodsAndVersions() {
    #expect(throws: APIError.self) {
      try RequestHead(Self.head("a:1", [("Host", "a:1")], method: .CONNECT))
    }
    #expect(throws: APIError.self) {
      try RequestHead(Self.head("/", [("Transfer-Encoding", "chunked")], version: .http1_0))
    }
  }

  @Test(
    "a target that names a host is asked of that host, whatever Host says",
    arguments: [
      ("http://b:1/v1/models?x=1", "/v1/models?x=1", "b:1"), ("HTTP://b", "/", "b"),
      ("https://b?x", "/?x", "b"), ("/v1//models", "/v1//models", "a"), ("//b/v1", "//b/v1", "a"),
    ])
  func targets(target: String, path: String, host: String) throws {
    let head = try RequestHead(Self.head(target, [("Host", "a")])).head
    #expect(head.uri == path)
    #expect(head.headers["host"] == [host])
  }

  @Test("100 is for clients of HTTP/1.1 that wait for it and have a body")
  func expectation() throws {
    let host = ("Host", "a")
    let expect = ("Expect", "100-Continue")
    func awaits(_ fields: [(String, String)], _ version: HTTPVersion = .http1_1) throws -> Bool {
      try RequestHead(Self.head("/", fields, method: .POST, version: version)).awaitsContinue
    }
    #expect(try awaits([host, expect, ("Content-Length", "5")]))
    #expect(try awaits([host, expect, ("Transfer-Encoding", "chunked")]))
    #expect(try !awaits([host, expect, ("Content-Length", "0")]))
    #expect(try !awaits([host, expect]))
    #expect(try !awaits([host, ("Content-Length", "5")]))
    #expect(try !awaits([expect, ("Content-Length", "5")], .http1_0))
    #expect(try !awaits([("Expect", "other"), ("Content-Length", "5")], .http1_0))
  }

  @Test("the connection stays open unless the client, its version or an upgrade forbids it")
  func keepAlive() throws {
    func isKept(_ fields: [(String, String)], _ version: HTTPVersion = .http1_1) throws -> Bool {
      try RequestHead(Self.head("/", [("Host", "a")] + fields, version: version)).isKeepAlive
    }
    #expect(try isKept([]))
    #expect(try !isKept([("Connection", "x, Close")]))
    #expect(try !isKept([("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")]))
    #expect(try !isKept([("Connection", "keep-alive")], .http1_0))
  }
}
