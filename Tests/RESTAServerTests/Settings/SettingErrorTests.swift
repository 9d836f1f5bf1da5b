import Foundation
import RESTA
import Testing

@testable import RESTAServer

@Suite("Wrong settings") struct SettingErrorTests {
  private func message(
    file: String? = nil, environment: [String: String] = [:], flags: [SettingFlag] = []
  ) -> String {
    do {
      _ = try ServerSettings.load(
        file: file.map { ("resta.yaml", $0) }, environment: environment, flags: flags)
      return "no error"
    } catch {
      return error.code == .invalidSetting ? error.message : "code \(error.code)"
    }
  }

  @Test(
    "a file's error has its line, the key, what is expected and what is there",
    arguments: [
      ("limts: {}", "resta.yaml:1: unknown key 'limts'; did you mean 'limits'? Known: listen, "),
      ("page: true\nlimits:\n  quue: 1", "resta.yaml:3: limits: unknown key 'quue'; did you mean"),
      ("client:\n  sigma:\n    mni: 1", "resta.yaml:3: client.sigma: unknown key 'mni'; did you"),
      ("limits: 5", "resta.yaml:1: limits: expected keys and values (answer_tokens, "),
      ("- a", "resta.yaml:1: expected keys and values (listen, model, "),
      (
        "client: {sigma: 2}", "resta.yaml:1: client.sigma: expected keys and values (min, max), not"
      ),
      (
        "\nlimits:\n  queue: many",
        "resta.yaml:3: limits.queue must be a whole number of 0 or more, not 'many'."
      ),
      ("limits: {queue: }", "limits.queue must be a whole number of 0 or more, not nothing."),
      ("limits: {queue: [1]}", "limits.queue must be a whole number of 0 or more, not [1]."),
      ("limits: {queue: {a: 1}}", "not keys and values."),
      ("limits: {queue: 1.5}", "limits.queue must be a whole number"),
      ("limits: {queue: -1}", "limits.queue must be a whole number"),
      ("limits: {queue: 99999999999999999999}", "limits.queue must be a whole number"),
      ("listen: {port: 65536}", "listen.port must be a whole number from 0 to 65535, not '65536'."),
      ("listen: {host: ''}", "listen.host must be text that is not empty, not ''."),
      ("page: 1", "page must be true or false, not '1'."),
      ("defense: {noise: harsh}", "one of none, isotropic, hard, soft, orthogonal, or null, not"),
      (
        "defense: {sigma: -0.1}", "defense.sigma must be a number of 0 or more, or null, not '-0.1'"
      ),
      ("defense: {sigma: .nan}", "defense.sigma must be a number"),
      ("defense: {sigma: .inf}", "defense.sigma must be a number"),
      (
        "limits: {cache_tokens: 9223372036854775807}",
        "limits.cache_tokens must be a whole number from 1 to 1073741823, or null, not"
      ),
      (
        "defense: {samples: 0}",
        "defense.samples must be a whole number from 1 to 128, or null, not '0'."
      ),
      (
        "defense: {prefix: -1}",
        "defense.prefix must be a whole number of 0 or more, or all, or null, not"
      ),
      (
        "defense: {perturb: [user, assistant]}",
        "a list, not empty, of user, tool, system, not [user, assistant]"
      ),
      (
        "defense: {perturb: []}",
        "defense.perturb must be a list, not empty, of user, tool, system, not []"
      ),
      ("client: {noise: [none]}", "client.noise must be a list of isotropic, hard, soft, ortho"),
      ("client: {expose: all}", "client.expose must be one of none, settings, cost, votes, not"),
      ("answer: {temperature: 2.1}", "answer.temperature must be a number from 0 to 2, not '2.1'."),
      (
        "limits: {read_seconds: 0}", "must be a number of seconds above 0, at most a year, not '0'."
      ),
      ("model: {lora: [a, {b: c}]}", "model.lora must be a list of text that is not empty, not"),
      ("page: true\npage: false", "in there twice: 'page'"),
      ("limits: {queue: 1", "resta.yaml:2: not YAML: "),
      ("a: b: c", "resta.yaml:1: not YAML: "),
    ])
  func inFile(text: String, expected: String) {
    let message = message(file: text)
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("resta.yaml:"), "\(message)")
  }

  @Test(
    "a variable's error has its name",
    arguments: [
      (
        "RESTA_SERVE_LIMTS_QUEUE", "1",
        "unknown variable 'RESTA_SERVE_LIMTS_QUEUE'; did you mean 'RESTA_SERVE_LIMITS_QUEUE'?"
      ),
      (
        "RESTA_SERVE_ZZZZZZ", "1",
        "unknown variable 'RESTA_SERVE_ZZZZZZ'; 'resta serve --print-config' lists all settings."
      ),
      (
        "RESTA_SERVE_LIMITS_QUEUE", "x",
        "RESTA_SERVE_LIMITS_QUEUE: limits.queue must be a whole number of 0 or more, not 'x'."
      ),
      (
        "RESTA_SERVE_LIMITS_QUEUE", "",
        "RESTA_SERVE_LIMITS_QUEUE: limits.queue must be a whole number of 0 or more, not nothing."
      ),
      ("RESTA_SERVE_CLIENT_ROLES", "[user", "is no list."),
      ("RESTA_SERVE_CLIENT_ROLES", "user,robot", "not [user, robot]."),
    ])
  func inEnvironment(name: String, value: String, expected: String) {
    let message = message(environment: [name: value])
    #expect(message.contains(expected), "\(message)")
  }

  @Test("a default that every plain request would be refused for is an error at the start")
  func misfit() {
    #expect(
      message(file: "answer: {temperature: 0.7}\nclient: {temperature: 0}")
        == "answer.temperature is 0.7, above client.temperature, 0.0.")
  }

  @Test("a flag's error has the flag's name") func inFlag() {
    let queue = SettingFlag(path: "limits.queue", value: .text("x"), name: "--queue")
    #expect(
      message(flags: [queue])
        == "--queue: limits.queue must be a whole number of 0 or more, not 'x'.")
    let list = SettingFlag(path: "limits.queue", value: .list(["1"]), name: "--queue")
    #expect(message(flags: [list]).hasPrefix("--queue: limits.queue must be"))
    let slip = SettingFlag(path: "limits.quue", value: .text("1"), name: "--set")
    let unknown = message(flags: [slip])
    #expect(
      unknown.hasPrefix(
        "--set: unknown setting 'limits.quue'; did you mean 'limits.queue'? Known: "))
    #expect(!unknown.contains("client."))
  }

  @Test("a certificate with the key of another one is an error that names both")
  func strangersKey() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, _ text: String) throws -> String {
      let file = folder.appending(path: name)
      try Data(text.utf8).write(to: file)
      return file.path
    }
    let certificate = try file("certificate.pem", Self.certificate)
    func isUsable(_ key: String) throws -> Bool {
      var listen = ServerSettings.Listen()
      listen.tlsCertificate = certificate
      listen.tlsKey = key
      return try Certificate.configuration(listen) != nil
    }
    let (own, other) = (try file("key.pem", Self.key), try file("other.pem", Self.otherKey))
    #expect(try isUsable(own))
    let error = #expect(throws: ServerError.self) { _ = try isUsable(other) }
    #expect(error?.code == .unreadableFile)
    #expect(error?.message.contains(certificate) == true && error?.message.contains(other) == true)
  }

  /// Made for this test, as the keys are: `openssl req -x509`, P-256.
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBfzCCASWgAwIBAgIUah89edArx/7/ud9WFyYwM2bGGEcwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDEyMzI0N1oYDzIxMjYxMTA2
    MTIzMjQ3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAAQX3UBaX/AwlD1UrNDmiL5sfKVS07OsfjlMSkBTwsPE+3BybgFrjvf+
    zjWHhZ8dBfWmF1UQ5QvmiyMIcS9305LAo1MwUTAdBgNVHQ4EFgQUZS5vR5mMTzSO
    MZvb2SLAdUl1QnwwHwYDVR0jBBgwFoAUZS5vR5mMTzSOMZvb2SLAdUl1QnwwDwYD
    VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBLlC016LyvUDYbQPQPg0Z+
    DSFm9G0atEykLFlx1dQgOQIhALmuaigXEYUjOIjxNvYxHdbiVQPY3HttDPv5AA17
    xrRX
    -----END CERTIFICATE-----
    """
  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCK+orcbRhg3Hoglf
    KGMXd2GXb2WkGfThWjYgs6+3XHWhRANCAAQX3UBaX/AwlD1UrNDmiL5sfKVS07Os
    fjlMSkBTwsPE+3BybgFrjvf+zjWHhZ8dBfWmF1UQ5QvmiyMIcS9305LA
    -----END PRIVATE KEY-----
    """
  private static let otherKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg45US3P71LrSUROST
    heLFnbzgWx1ucLO8rEbtPXqcsIWhRANCAARayVJMqI+buJLBwY7PPGwwNhnROpEo
    HJ/iAbj+IrbsRnxN2mKr3nvF/KARs3QLcOMvA7JnRioFWZI4bItennNH
    -----END PRIVATE KEY-----
    """
}
