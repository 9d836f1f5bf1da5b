import NIOHTTP1
import Testing

@testable import RESTAServer

@Suite("CORS headers")
struct CORSTests {
  private static func lines(_ headers: [(String, String)]) -> [String] {
    headers.map { "\($0.0): \($0.1)" }
  }

  @Test("name the page's origin, or all")
  func allowed() throws {
    let one = try OriginPolicy(listenHost: "localhost", allowedOrigins: ["https://app.example"])
    let all = try OriginPolicy(listenHost: "localhost", allowedOrigins: ["*"])
    #expect(
      Self.lines(one.corsHeaders(origin: "https://app.example")) == [
        "Access-Control-Allow-Origin: https://app.example", "Access-Control-Expose-Headers: *",
        "Vary: Origin",
      ])
    #expect(
      Self.lines(all.corsHeaders(origin: "null")).first == "Access-Control-Allow-Origin: *")
  }

  @Test(
    "allow nothing to other origins, nor to the server's own pages, which need nothing",
    arguments: [nil, "", "null", "https://other.example", "http://localhost:8080", "*"])
  func others(origin: String?) throws {
    let policy = try OriginPolicy(listenHost: "localhost", allowedOrigins: ["https://app.example"])
    #expect(Self.lines(policy.corsHeaders(origin: origin)) == ["Vary: Origin"])
    #expect(
      Self.lines(policy.preflightHeaders(origin: origin, requestedHeaders: "x-a"))
        == ["Vary: Origin"])
  }

  @Test(
    "of a preflight echo the names of headers, and nothing that is none",
    arguments: [
      (nil, "authorization, content-type"), ("", "authorization, content-type"),
      (
        "Authorization,x-stainless-OS , X-Stainless-Lang",
        "authorization, content-type, x-stainless-os, x-stainless-lang"
      ),
      ("x-a\r\nSet-Cookie: b", "authorization, content-type"),
      ("x-a: b", "authorization, content-type"), ("x-a b", "authorization, content-type"),
      ("x-\u{E9}", "authorization, content-type"), ("\u{212A}", "authorization, content-type"),
      ("x-a, ,x-b", "authorization, content-type"),
      (String(repeating: "a,", count: 65), "authorization, content-type"),
      (String(repeating: "a", count: 129), "authorization, content-type"),
    ] as [(String?, String)])
  func preflight(requested: String?, allowed: String) throws {
    let policy = try OriginPolicy(listenHost: "localhost", allowedOrigins: ["https://app.example"])
    let lines = Self.lines(
      policy.preflightHeaders(origin: "https://app.example", requestedHeaders: requested))
    #expect(lines.contains("Access-Control-Allow-Headers: \(allowed)"))
    #expect(lines.contains("Access-Control-Allow-Methods: GET, POST, OPTIONS"))
    #expect(lines.contains("Access-Control-Max-Age: 600"))
    #expect(!lines.contains { $0.contains("Credentials") })
  }

  @Test("are on refusals too: a page may read that its key is wrong")
  func refusals() async throws {
    let secrets = try ServerSecrets(environment: ["RESTA_API_KEYS": "0123456789abcdef"])
    try await ServerFixture.run(
      { $0.listen.allowedOrigins = ["https://app.example"] }, secrets: secrets
    ) { server in
      let reply = try await server.send("/v1/models", headers: ["origin": "https://app.example"])
      #expect(reply.status == 401)
      #expect(reply.headers.first(name: "access-control-allow-origin") == "https://app.example")
    }
  }
}
