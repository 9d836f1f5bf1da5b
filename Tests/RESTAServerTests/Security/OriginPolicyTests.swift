import Testing

@testable import RESTAServer

@Suite("Origin policy")
struct OriginPolicyTests {
  @Test(
    "takes only the names of a loopback server for its own, with any port",
    arguments: [
      ("localhost", true), ("localhost:8080", true), ("LocalHost:1", true),
      ("127.0.0.1:8080", true),
      ("[::1]:8080", true), ("[::1]", true), ("box.example:8080", true), ("BOX.example", true),
      (nil, false), ("", false), ("attacker.example", false), ("localhost.attacker.example", false),
      ("attacker.example:8080", false), ("localhost.", false), ("localhost:", false),
      ("localhost:0", false), ("localhost:99999", false), ("localhost:80:80", false),
      ("localhost@attacker.example", false), ("127.0.0.1.nip.example", false), ("0.0.0.0", false),
      ("::1", false), ("[::1", false), ("[::1]x", false), ("[localhost]", false),
      ("2130706433", false), ("127.0.0.2", false), ("localhost/", false), (" localhost", false),
      ("\u{212A}iosk.example", false), ("local\u{AD}host", false),
    ] as [(String?, Bool)])
  func hosts(host: String?, isAllowed: Bool) throws {
    let policy = try OriginPolicy(
      listenHost: "127.0.0.1", allowedHosts: ["box.example", "kiosk.example"])
    let error = policy.check(host: host, origin: nil)
    #expect(error?.code == (isAllowed ? nil : "host_not_allowed"))
    #expect(error?.status == (isAllowed ? nil : 403))
  }

  @Test(
    "checks Host on loopback addresses, and elsewhere where names are given",
    arguments: [
      ("localhost", [], true), ("::1", [], true), ("[::1]", [], true), ("127.0.0.2", [], true),
      ("LOCALHOST", [], true), ("0.0.0.0", [], false), ("::", [], false), ("192.0.2.1", [], false),
      ("127.example.org", [], false), ("0.0.0.0", ["resta.example"], true),
    ] as [(String, [String], Bool)])
  func listening(listen: String, allowed: [String], isChecked: Bool) throws {
    let policy = try OriginPolicy(listenHost: listen, allowedHosts: allowed)
    #expect((policy.check(host: "other.example", origin: nil) != nil) == isChecked)
    #expect(policy.check(host: "localhost:8080", origin: nil) == nil)
  }

  @Test("takes an IPv6 address with its brackets or without", arguments: ["fd00::1", "[fd00::1]"])
  func addresses(allowed: String) throws {
    let policy = try OriginPolicy(listenHost: "::1", allowedHosts: [allowed])
    #expect(policy.check(host: "[fd00::1]:8080", origin: nil) == nil)
    #expect(policy.check(host: "[fd00::2]:8080", origin: nil) != nil)
  }

  @Test("takes no wrong port for an address", arguments: ["192.0.2.1:99999", "cafe:", "a.b:80"])
  func wrongPorts(allowed: String) {
    #expect(throws: ServerError.self) {
      try OriginPolicy(listenHost: "::1", allowedHosts: [allowed])
    }
  }

  @Test("knows the address it listens on")
  func ownAddress() throws {
    let policy = try OriginPolicy(listenHost: "127.0.0.2")
    #expect(policy.check(host: "127.0.0.2:80", origin: nil) == nil)
    #expect(policy.check(host: "127.0.0.3:80", origin: nil) != nil)
    let named = try OriginPolicy(listenHost: "192.0.2.1", allowedHosts: ["chat.example"])
    #expect(named.check(host: "192.0.2.1:8080", origin: nil) == nil)
    #expect(named.check(host: "192.0.2.2:8080", origin: nil) != nil)
  }

  @Test(
    "lets in the server's own pages, the operator's, and no others",
    arguments: [
      ("localhost:8080", nil, true), ("localhost:8080", "http://localhost:8080", true),
      ("localhost:8080", "HTTP://LOCALHOST:8080", true), ("localhost", "http://localhost", true),
      ("localhost", "http://localhost:80", true), ("localhost:443", "https://localhost", true),
      ("[::1]:8080", "http://[::1]:8080", true),
      ("localhost:8080", "https://app.example", true),
      ("localhost:8080", "https://app.example:443", true),
      ("localhost:8080", "https://app.example:8443", false),
      ("localhost:8080", "http://app.example", false),
      ("localhost:8080", "https://sub.app.example", false),
      ("localhost:8080", "https://app.example.attacker.example", false),
      ("localhost:8080", "https://app.example/", false),
      ("localhost:8080", "https://user@app.example", false),
      ("localhost:8080", "http://localhost", false),
      ("localhost:8080", "http://localhost:3000", false),
      ("localhost:8080", "http://127.0.0.1:8080", false),
      ("localhost:8080", "http://attacker.example", false), ("localhost:8080", "null", false),
      ("localhost:8080", "", false), ("localhost:8080", "localhost:8080", false),
      ("localhost:8080", "://localhost:8080", false), ("localhost:8080", "file://", false),
      ("localhost:8080", "http://localhost:8080 http://x.example", false),
    ] as [(String, String?, Bool)])
  func origins(host: String, origin: String?, isAllowed: Bool) throws {
    let policy = try OriginPolicy(
      listenHost: "127.0.0.1", allowedOrigins: ["https://App.example"])
    let error = policy.check(host: host, origin: origin)
    #expect(error?.code == (isAllowed ? nil : "origin_not_allowed"))
  }

  @Test("checks Origin on every address")
  func everywhere() throws {
    let policy = try OriginPolicy(listenHost: "0.0.0.0")
    #expect(policy.check(host: "resta.example", origin: "https://resta.example") == nil)
    #expect(policy.check(host: "resta.example", origin: "https://other.example") != nil)
    #expect(policy.check(host: nil, origin: "https://resta.example") != nil)
    #expect(policy.check(host: nil, origin: nil) == nil)
  }

  @Test("lets all origins in with *, and still checks Host")
  func allOrigins() throws {
    let policy = try OriginPolicy(listenHost: "localhost", allowedOrigins: ["*"])
    #expect(policy.check(host: "localhost:1", origin: "http://x.example") == nil)
    #expect(policy.check(host: "localhost:1", origin: "null") == nil)
    #expect(policy.check(host: "x.example", origin: "http://x.example")?.code == "host_not_allowed")
  }

  @Test(
    "refuses settings that could not mean anything",
    arguments: [
      (["box.example:80"], []), (["http://box.example"], []), ([""], []), (["*"], []),
      ([], ["app.example"]), ([], ["https://app.example/"]), ([], ["https://*.example"]),
      ([], ["null"]), ([], [""]),
    ] as [([String], [String])])
  func malformed(hosts: [String], origins: [String]) {
    #expect(throws: ServerError.self) {
      try OriginPolicy(listenHost: "localhost", allowedHosts: hosts, allowedOrigins: origins)
    }
  }
}
