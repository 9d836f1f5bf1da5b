import RESTA
import Testing

@testable import RESTAServer

@Suite("Layers of settings") struct SettingLayersTests {
  private func flag(_ path: String, _ text: String) -> SettingFlag {
    SettingFlag(path: path, value: .text(text), name: "--set")
  }

  @Test(
    "a flag wins over the environment, that over the file, and the file over the defaults",
    arguments: [
      (false, false, false, 16), (true, false, false, 1), (false, true, false, 2),
      (false, false, true, 3), (true, true, false, 2), (true, false, true, 3),
      (false, true, true, 3), (true, true, true, 3),
    ])
  func precedence(file: Bool, environment: Bool, isFlag: Bool, queue: Int) throws {
    let settings = try ServerSettings.load(
      file: file ? ("r.yaml", "limits: {queue: 1, choices: 9}") : nil,
      environment: environment ? ["RESTA_SERVE_LIMITS_QUEUE": "2"] : [:],
      flags: isFlag ? [flag("limits.queue", "3")] : [])
    #expect(settings.limits.queue == queue)
    #expect(settings.limits.choices == (file ? 9 : 4))
  }

  @Test("what clients may try stands below every layer") func base() throws {
    var expected = ServerSettings()
    expected.allowTrying()
    let base = expected
    #expect(try ServerSettings.load(from: base) == base)
    expected.client.off = false
    expected.client.sigma.max = 2
    expected.client.logprobs = false
    let settings = try ServerSettings.load(
      file: ("r.yaml", "client: {off: false}"),
      environment: ["RESTA_SERVE_CLIENT_SIGMA_MAX": "2"],
      flags: [flag("client.logprobs", "false")], from: base)
    #expect(settings == expected)
  }

  @Test(
    "sections may be missing or empty",
    arguments: [
      "", "# nothing\n", "null", "limits:\n", "limits: {}\nclient:\n  sigma:\n", "---\n", "{}",
    ])
  func empty(text: String) throws {
    #expect(try ServerSettings.load(file: ("r.yaml", text)) == ServerSettings())
  }

  @Test("values of variables and flags are texts, not YAML") func texts() throws {
    let settings = try ServerSettings.load(
      environment: [
        "RESTA_SERVE_PROMPT_SYSTEM": "Be brief: say no #more", "RESTA_SERVE_MODEL_NAME": "12",
        "RESTA_SERVE_KEYS_FILE": "null", "RESTA_SERVE_CLIENT_NOISE": "soft, hard",
        "RESTA_SERVE_CLIENT_ROLES": "[user]", "RESTA_SERVE_LISTEN_ALLOWED_HOSTS": "",
        "RESTA_SERVE_DEFENSE_PREFIX": "all", "OTHER": "x", "RESTA_API_KEYS": "secret",
      ],
      flags: [
        flag("model.lora", "a.gguf:0.5,b c.gguf"), flag("client.sigma.max", "2.5"),
        SettingFlag(
          path: "listen.allowed_origins", value: .list(["null", "a, b"]), name: "--origin"),
      ])
    #expect(settings.prompt.system == "Be brief: say no #more")
    #expect(settings.model.name == "12")
    #expect(settings.keys.file == nil)
    #expect(settings.client.noise == [.soft, .hard])
    #expect(settings.client.roles == [.user])
    #expect(settings.listen.allowedHosts.isEmpty)
    #expect(settings.defense.prefix == .all)
    #expect(settings.model.lora == ["a.gguf:0.5", "b c.gguf"])
    #expect(settings.client.sigma.max == 2.5)
    #expect(settings.listen.allowedOrigins == ["null", "a, b"])
  }

  @Test("of two flags the last wins") func lastFlag() throws {
    let settings = try ServerSettings.load(
      flags: [flag("limits.queue", "1"), flag("limits.queue", "2")])
    #expect(settings.limits.queue == 2)
  }
}
