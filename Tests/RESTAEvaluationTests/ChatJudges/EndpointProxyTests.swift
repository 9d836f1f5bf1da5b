import Foundation
import NIOHTTP1
import RESTA
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("Proxies of the environment") struct EndpointProxyTests {
  private static func proxy(_ url: String, _ environment: [String: String]) throws -> String? {
    let url = try #require(URL(string: url))
    return try EndpointProxy(environment: environment, for: url)?.description
  }

  @Test(
    arguments: [
      (["HTTPS_PROXY": "http://p:3128"], "https://h/v1", "p:3128"),
      (["https_proxy": "http://p:3128"], "https://h/v1", "p:3128"),
      (["https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:2"], "https://h/v1", "p:1"),
      (["HTTPS_PROXY": "http://p:3128"], "http://h/v1", nil),
      (["HTTP_PROXY": "p:3128"], "http://h/v1", "p:3128"),
      (["http_proxy": "http://p"], "http://h/v1", "p:80"),
      (["HTTP_PROXY": "http://p:3128"], "https://h/v1", nil),
      (["HTTP_PROXY": ""], "http://h/v1", nil),
      (["ALL_PROXY": "http://p:1"], "https://h/v1", "p:1"),
      (["HTTP_PROXY": "http://[fe80::1]:1/"], "http://h", "fe80::1:1"),
      ([:], "https://h/v1", nil),
    ] as [([String: String], String, String?)])
  func `each scheme has its own`(
    environment: [String: String], url: String, proxy: String?
  ) throws {
    #expect(try Self.proxy(url, environment) == proxy)
  }

  @Test(arguments: [
    "http://localhost:8000", "http://127.0.0.1:8000/v1", "http://127.9.9.9", "http://[::1]:8000",
    "http://judge.localhost", "http://LOCALHOST", "http://0.0.0.0:1",
  ])
  func `this machine has none`(url: String) throws {
    #expect(try Self.proxy(url, ["HTTP_PROXY": "http://p:1", "all_proxy": "socks5://q"]) == nil)
  }

  @Test(arguments: [
    ("*", true), ("example.org", true), (".example.org", true), ("*.example.org", true),
    ("EXAMPLE.org", true), ("judge.example.org:8000", true), ("a.com, example.org", true),
    ("a.com example.org", true), ("judge.example.org:8001", false), ("xample.org", false),
    ("example.or", false), ("other.example.org", false), ("", false), (",", false),
  ])
  func `NO_PROXY excepts hosts`(list: String, isDirect: Bool) throws {
    for name in ["NO_PROXY", "no_proxy"] {
      let found = try Self.proxy(
        "http://judge.example.org:8000", ["HTTP_PROXY": "http://p:1", name: list])
      #expect((found == nil) == isDirect)
    }
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("10.1.2.3", true), ("10.1.2.0/24", true), ("10.1.3.0/24", false),
    ("0.0.0.0/0", true),
    ("10.1.2.3:80", true), ("10.1.2.3:81", false),
  ])
  func `and addresses`(list: String, isDirect: Bool) throws {
    let found = try Self.proxy("http://10.1.2.3", ["HTTP_PROXY": "http://p:1", "NO_PROXY": list])
    #expect((found == nil) == isDirect)
  }

  @Test(arguments: [
    "socks5://u:hunter2@p:1", "https://u:hunter2@p:1", "http://", "http://u:hunter2@", "::",
  ])
  func `a proxy of another kind is refused by the variable's name, without its password`(
    value: String
  ) {
    let error = #expect(throws: EvaluationError.self) {
      try Self.proxy("https://h", ["HTTPS_PROXY": value])
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("HTTPS_PROXY") == true)
    #expect(error?.message.contains("hunter2") == false)
  }

  /// A client of an address that does not exist, behind a scripted proxy.
  private static func client(
    _ server: ScriptedEndpoint, _ url: String, credentials: String = ""
  ) throws -> EndpointChatClient {
    let proxy = server.address.replacing("://", with: "://\(credentials)")
    return try EndpointChatClient(
      EndpointSettings(baseURL: url, model: "m", attempts: 1),
      environment: ["HTTP_PROXY": proxy, "HTTPS_PROXY": proxy],
      generator: SeededGenerator(seed: 1))
  }

  @Test(arguments: ["judge.invalid:8000", "[2001:db8::7]:8000", "[2001:db8::7]"])
  func `a plain request goes through it with its whole address`(host: String) async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let client = try Self.client(server, "http://\(host)/v1", credentials: "user:hun%20ter2@")
    for _ in 0..<2 {
      #expect(try await client.complete(messages: [.user("?")], maximumTokens: 9) == "fine")
    }
    let request = try #require(server.requests.last)
    #expect(request.uri == "http://\(host)/v1/chat/completions")
    #expect(request.headers["Host"] == [host])
    let credentials = Data("user:hun ter2".utf8).base64EncodedString()
    #expect(request.headers["Proxy-Authorization"] == ["Basic \(credentials)"])
  }

  @Test
  func `an encrypted one goes through a tunnel, and who refuses that is named without a password`()
    async throws
  {
    let server = try await ScriptedEndpoint([.reply(407, body: "")])
    let client = try Self.client(server, "https://judge.invalid", credentials: "user:hunter2@")
    let error = await #expect(throws: EvaluationError.self) {
      try await client.complete(messages: [.user("?")], maximumTokens: 9)
    }
    let request = try #require(server.requests.first)
    #expect(request.method == .CONNECT)
    #expect(request.uri == "judge.invalid:443")
    #expect(request.headers["Proxy-Authorization"].first?.hasPrefix("Basic ") == true)
    let place = server.address.replacing("http://", with: "")
    #expect(error?.message.contains("through the proxy \(place)") == true)
    #expect(error.map { "\($0)\($0.cause as Any)" }?.contains("hunter2") == false)
  }
}
