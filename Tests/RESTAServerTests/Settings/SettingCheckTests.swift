import RESTA
import Testing

@testable import RESTAServer

@Suite("Checks of settings") struct SettingCheckTests {
  typealias Change = @Sendable (inout ServerSettings) -> Void

  private static let misfits: [(String, Change)] = [
    ("limits.queue", { $0.limits.queue = -1 }), ("listen.port", { $0.listen.port = 65_536 }),
    ("defense.sigma", { $0.defense.sigma = .nan }),
    ("defense.samples", { $0.defense.samples = 129 }),
    ("defense.perturb", { $0.defense.perturbed.roles = [.user, .assistant] }),
    ("client.noise", { $0.client.noise = [.hard, .none] }),
    ("client.roles", { $0.client.roles = [] }),
    ("limits.read_seconds", { $0.limits.readSeconds = .infinity }),
    ("model.name", { $0.model.name = "" }), ("model.file", { $0.model.file = "a\0b" }),
    ("listen.tls_key", { $0.listen.tlsKey = "key.pem" }),
    ("listen.tls_key", { $0.listen.tlsCertificate = "certificate.pem" }),
    ("answer.max_tokens", { $0.limits.answerTokens = 255 }),
    (
      "answer.temperature",
      {
        $0.answer.temperature = 0.7
        $0.client.temperature = 0.5
      }
    ),
    ("client.samples.min", { $0.client.samples = .init(min: 11, max: 9) }),
    (
      "client.samples",
      {
        $0.defense.samples = 10
        $0.client.samples = .init(min: 11, max: 20)
      }
    ),
    (
      "client.samples",
      {
        $0.defense.samples = 10
        $0.client.samples = .init(max: 9)
      }
    ),
    (
      "client.prefix",
      {
        $0.defense.prefix = .tokens(20)
        $0.client.prefix = .init(min: .tokens(21), max: .all)
      }
    ),
    ("client.prefix.min", { $0.client.prefix = .init(min: .all, max: .tokens(30)) }),
    ("client.sigma.min", { $0.client.sigma = .init(min: 1, max: 0.5) }),
    (
      "client.sigma",
      {
        $0.defense.sigma = 0.4
        $0.client.sigma = .init(max: 0.3)
      }
    ),
    ("defense.sigma_unit", { $0.client.sigma = .init(min: 0.3) }),
    (
      "lead goes with the majority vote",
      {
        $0.defense.lead = 2
        $0.defense.aggregator = .meanLogit
      }
    ),
    (
      "tie_rule goes with the majority vote",
      {
        $0.defense.tieRule = .abstain
        $0.defense.aggregator = .meanLogit
      }
    ),
  ]

  private static let fits: [Change] = [
    // Whether that fits is told by the model's recommended noise.
    { $0.defense.powerMatched = true },
    { _ in }, { $0.allowTrying() },
    {
      $0.client.sigma = .init(min: 0.3)
      $0.defense.sigmaUnit = .relative
    },
    {
      $0.client.expose = .votes
      $0.defense.sticky = true
    },
    {
      $0.listen.tlsCertificate = "certificate.pem"
      $0.listen.tlsKey = "key.pem"
    },
    { $0.listen.host = "0.0.0.0" }, { $0.client.prefix = .init(min: .tokens(1), max: .all) },
  ]

  private static let risks: [(Bool, [String], Change)] = [
    (false, [], { _ in }), (false, [], { $0.allowTrying() }),
    (false, ["defence is off"], { $0.defense.noise = NoiseKind.none }),
    (
      false, ["Noise is sticky", "All turns of a conversation"],
      { $0.defense.sticky = .conversation }
    ),
    (true, ["defence is off"], { $0.defense.sigma = 0 }),
    (true, ["defence is off"], { $0.defense.prefix = .tokens(0) }),
    (
      false, ["/v1/completions", "Anybody who reaches 0.0.0.0", "no rate"],
      { $0.listen.host = "0.0.0.0" }
    ),
    (true, ["/v1/completions", "unencrypted", "no rate"], { $0.listen.host = "0.0.0.0" }),
    (false, ["margins"], { $0.metrics.margins = true }),
    (
      true, [],
      {
        $0.listen.host = "0.0.0.0"
        $0.listen.tlsCertificate = "certificate.pem"
        $0.rates.tokensPerMinute = 100_000
        $0.client.completions = false
        $0.metrics.margins = true
        $0.metrics.keys = ["monitor"]
      }
    ),
    (
      false,
      [
        "/v1/completions", "Anybody", "no rate", "(client.off)", "(client.expose)",
        "(client.logprobs)",
      ],
      {
        $0.allowTrying()
        $0.listen.host = "::"
      }
    ),
    (
      false, ["/v1/completions", "Anybody", "no rate", "(client.sigma.min)"],
      {
        $0.client.sigma.min = 0
        $0.listen.host = "::"
      }
    ),
  ]

  private func settings(_ change: Change) -> ServerSettings {
    var settings = ServerSettings()
    change(&settings)
    return settings
  }

  @Test(
    "values that do not fit, alone or together, are refused by name",
    arguments: Self.misfits)
  func refused(name: String, change: Change) throws {
    let error = try #require(throws: ServerError.self) { try settings(change).validate() }
    #expect(error.message.contains(name), "\(error.message)")
  }

  @Test(
    "what fits is accepted",
    arguments: Self.fits)
  func accepted(change: Change) throws {
    try settings(change).validate()
  }

  @Test(
    "addresses of this machine alone",
    arguments: [
      ("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("localhost", true),
      ("[::1]", true),
      ("LocalHost", true), ("0.0.0.0", false), ("::", false), ("127.example.org", false),
      ("127.0.0.1.example.org", false), ("127.0.0.256", false), ("127.0.0", false),
      ("10.127.0.0", false), ("localhost.example.org", false),
    ])
  func loopback(host: String, isLoopback: Bool) {
    #expect(settings { $0.listen.host = host }.listen.isLoopback == isLoopback)
  }

  @Test(
    "risky combinations are told, and others are not",
    arguments: Self.risks)
  func warnings(hasKeys: Bool, expected: [String], change: Change) {
    let warnings = settings(change).warnings(hasKeys: hasKeys)
    #expect(warnings.count == expected.count, "\(warnings)")
    for (warning, part) in zip(warnings, expected) { #expect(warning.contains(part)) }
  }
}
