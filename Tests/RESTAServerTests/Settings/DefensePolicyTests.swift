import RESTA
import Testing

@testable import RESTAServer

@Suite("What requests may choose") struct DefensePolicyTests {
  typealias Change = @Sendable (inout ServerSettings) -> Void
  typealias Request = @Sendable (inout DefenseOverride) -> Void

  static let small = ModelInformation(
    name: "small", architecture: "llama", dimensions: 64, vocabularySize: 512,
    contextLength: 2_048, maximumSequences: 64,
    embeddingScale: EmbeddingScale(meanNorm: 1, rootMeanSquare: 1))
  /// A model whose recommended sigma is absolute.
  static let llama2 = ModelInformation(
    name: "llama2", architecture: "llama", dimensions: 4_096, vocabularySize: 32_000,
    contextLength: 4_096, maximumSequences: 64,
    embeddingScale: EmbeddingScale(meanNorm: 1, rootMeanSquare: 1))

  private static let choices: [(String, Request)] = [
    ("resta.noise", { $0.noise = .soft }), ("resta.noise", { $0.noise = NoiseKind.none }),
    ("resta.sigma", { $0.sigma = 0.54 }), ("resta.sigma", { $0.sigma = 0.56 }),
    ("resta.sigma", { $0.sigma = 0 }), ("resta.sigma", { $0.sigma = -0.0 }),
    ("resta.sigma", { $0.sigma = .nan }), ("resta.sigma", { $0.sigma = -1 }),
    ("resta.sigma_unit", { $0.sigmaUnit = .absolute }),
    ("resta.samples", { $0.samples = 9 }), ("resta.samples", { $0.samples = 11 }),
    ("resta.prefix", { $0.prefix = .tokens(19) }), ("resta.prefix", { $0.prefix = .tokens(21) }),
    ("resta.prefix", { $0.prefix = .all }), ("resta.prefix", { $0.prefix = .tokens(0) }),
    ("resta.prefix", { $0.prefix = .tokens(-1) }),
    ("resta.tie_rule", { $0.others = ["tie_rule": .text("abstain")] }),
    ("resta.lead", { $0.others = ["lead": .integer(1)] }),
    ("resta.lead", { $0.others = ["lead": .integer(128)] }),
    ("resta.perturb", { $0.others = ["perturb": .list([.text("tool")])] }),
    ("resta.checkpoint_every", { $0.others = ["checkpoint_every": .integer(4)] }),
    ("resta.checkpoint_form", { $0.others = ["checkpoint_form": .text("header")] }),
    ("resta.checkpoint_tokens", { $0.others = ["checkpoint_tokens": .integer(1)] }),
    ("resta.checkpoint_ends", { $0.others = ["checkpoint_ends": .bool(true)] }),
    ("resta.prefix_after", { $0.others = ["prefix_after": .text("x")] }),
  ]

  private func policy(
    _ model: ModelInformation = Self.small, _ change: Change
  ) throws -> DefensePolicy {
    var settings = ServerSettings()
    change(&settings)
    try settings.validate()
    return try DefensePolicy(settings: settings, model: model)
  }

  private func override(_ change: Request) -> DefenseOverride {
    var override = DefenseOverride()
    change(&override)
    return override
  }

  @Test("k and l of a calibration are in force where none are chosen, written and read again too")
  func calibratedLengths() throws {
    var model = Self.small
    let known = CalibratedSetting(
      noise: NoiseSettings(kind: .soft, sigma: Sigma(value: 0.3, unit: .relative)), samples: 30,
      prefix: .tokens(60))
    model.calibrated = known
    var settings = ServerSettings()
    settings.client.samples = ServerSettings.Client.Bounds(min: 20, max: 40)
    let again = try ServerSettings.load(file: (name: "again.yaml", text: settings.yaml()))
    for settings in [settings, again] {
      try settings.validate()
      let policy = try DefensePolicy(settings: settings, model: model)
      #expect(policy.defense.samples == 30 && policy.defense.prefix == .tokens(60))
      #expect(policy.calibration == .own)
      #expect(throws: ServerError.self) { try DefensePolicy(settings: settings, model: Self.small) }
      #expect(settings.inForce(known).defense.samples == 30)
    }
    settings.defense.samples = 10
    #expect(throws: ServerError.self) { try settings.validate() }
    settings.client.samples.min = 5
    #expect(settings.inForce(known).defense.samples == 10)
  }

  @Test("a request that chooses nothing has the operator's own defence") func nothing() throws {
    for model in [Self.small, Self.llama2] {
      let policy = try policy(model) { _ in }
      let own = try policy.settings(for: DefenseOverride())
      var expected = DefenseSettings.recommended(for: model)
      // Whatever a client writes in anybody's name but the model's.
      expected.perturbed.roles = [.system, .user, .tool]
      #expect(own == expected)
    }
    let set = try policy {
      $0.defense.noise = .soft
      $0.defense.powerMatched = true
      $0.defense.window = .after("</think>")
      $0.defense.aggregator = .meanLogit
      $0.defense.perturbed.roles = [.tool, .user]
      $0.defense.perturbed.lastUserTurnOnly = true
    }
    #expect(
      try set.settings(for: DefenseOverride())
        == DefenseSettings(
          noise: NoiseSettings(
            kind: .soft, sigma: Sigma(value: 0.35, unit: .relative), powerMatched: true),
          window: .after("</think>"), aggregator: .meanLogit,
          perturbed: PerturbedContent(roles: [.tool, .user], lastUserTurnOnly: true)))
    let abstaining = try policy { $0.defense.tieRule = .abstain }
    #expect(try abstaining.settings(for: DefenseOverride()).tieRule == .abstain)
  }

  @Test("settings that do not fit the model are refused") func misfit() {
    let cases: [(ModelInformation, Change)] = [
      (Self.small, { $0.defense.sigmaUnit = .absolute }),
      (Self.llama2, { $0.defense.sigmaUnit = .relative }),
      (Self.llama2, { $0.client.sigma = .init(max: 0.5) }),
      (
        Self.small,
        {
          $0.defense.noise = .isotropic
          $0.defense.powerMatched = true
        }
      ),
    ]
    for (model, change) in cases {
      #expect(throws: ServerError.self) { try policy(model, change) }
    }
  }

  @Test(
    "by default nothing can be chosen but the operator's own values",
    arguments: Self.choices)
  func refusedByDefault(field: String, request: Request) throws {
    let policy = try policy { _ in }
    let error = try #require(throws: APIError.self) {
      try policy.settings(for: override(request))
    }
    #expect(error.status == 400)
    #expect(error.param == field)
    #expect(error.code == "resta_limit")
    #expect(error.message.hasPrefix("\(field) must "), "\(error.message)")
    let same = override {
      ($0.noise, $0.sigma, $0.sigmaUnit) = (.isotropic, 0.55, .relative)
      ($0.samples, $0.prefix) = (10, .tokens(20))
    }
    #expect(try policy.settings(for: same) == policy.defense)
  }

  @Test("a refusal names what is allowed") func messages() throws {
    let policy = try policy {
      $0.client.noise = [.soft, .isotropic]
      $0.client.samples = .init(min: 5, max: 20)
      $0.client.prefix = .init(max: .all)
      $0.client.sigma = .init(max: 1.5)
      $0.client.off = true
    }
    let cases: [(Request, String)] = [
      ({ $0.samples = 4 }, "resta.samples must be 5 to 20 here, not 4:"),
      ({ $0.prefix = .tokens(3) }, "resta.prefix must be 20 to all here, not 3:"),
      ({ $0.sigma = 2 }, "resta.sigma must be 0.55 to 1.5 here, not 2:"),
      (
        { $0.noise = .orthogonal },
        "resta.noise must be isotropic or soft or none here, not orthogonal:"
      ),
    ]
    for (request, message) in cases {
      let error = try #require(throws: APIError.self) {
        try policy.settings(for: override(request))
      }
      #expect(error.message.hasPrefix(message), "\(error.message)")
    }
  }

  @Test("a sigma too large for the embeddings is refused by name, the operator's own at the start")
  func largestSigma() throws {
    for model in [Self.small, Self.llama2] {
      let policy = try policy(model) { $0.client.sigma = .init(max: 1e308) }
      for sigma in [1e37, 1e300, 1e308] {
        let error = try #require(throws: APIError.self) {
          try policy.settings(for: override { $0.sigma = sigma })
        }
        #expect(error.status == 400 && error.param == "resta.sigma", "\(sigma)")
      }
      #expect(try policy.settings(for: override { $0.sigma = 1e30 }).noise.sigma.value == 1e30)
      let error = #expect(throws: ServerError.self) {
        try self.policy(model) { $0.defense.sigma = 1e308 }
      }
      #expect(error?.message.contains("too large") == true)
    }
  }

  @Test("the lead rule is the operator's: no request switches it on, off or moves it") func lead()
    throws
  {
    for own in [nil, 4] as [Int?] {
      let policy = try policy {
        $0.allowTrying()
        $0.defense.lead = own
      }
      #expect(policy.defense.lead == own)
      for lead in 1...10 {
        let request = override { $0.others = ["lead": .integer(Int128(lead))] }
        if lead == own {
          #expect(try policy.settings(for: request).lead == own)
        } else {
          let error = try #require(throws: APIError.self) { try policy.settings(for: request) }
          let allowed = own.map { "\($0)" } ?? "left out"
          #expect(
            error.message.hasPrefix("resta.lead must be \(allowed) here:"), "\(error.message)")
        }
      }
      // Fewer copies keep the rule, which is then the full vote the sooner.
      #expect(try policy.settings(for: override { $0.samples = 5 }).lead == own)
    }
    let error = try #require(throws: ServerError.self) {
      try policy {
        $0.defense.lead = 4
        $0.defense.aggregator = .meanLogit
      }
    }
    #expect(error.message.contains("majority vote only"), "\(error.message)")
  }

  @Test("another noise has its own recommended sigma, or one must be named") func otherNoise()
    throws
  {
    let relative = try policy {
      ($0.defense.noise, $0.defense.sigma, $0.defense.sigmaUnit) = (.hard, 0.8, .relative)
      $0.client.sigma = .init(min: 0.3)
      $0.client.noise = [.isotropic]
    }
    let isotropic = try relative.settings(for: override { $0.noise = .isotropic })
    #expect(
      isotropic.noise == NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.55, unit: .relative))
    )
    let wide = try policy {
      ($0.defense.noise, $0.defense.sigma, $0.defense.sigmaUnit) = (.hard, 0.7, .relative)
      $0.client.sigma = .init(min: 0.3)
      $0.client.noise = [.isotropic]
    }
    #expect(try wide.settings(for: override { $0.noise = .isotropic }) == isotropic)
    // In another unit, and outside of the range.
    let absolute = try policy(Self.llama2) {
      $0.client.noise = [.isotropic]
      $0.client.sigma = .init(max: 1)
    }
    let strong = try policy {
      ($0.defense.noise, $0.defense.sigma) = (.hard, 0.9)
      $0.client.noise = [.isotropic]
    }
    for (policy, sigma) in [(absolute, 0.8), (strong, 0.9)] {
      let error = try #require(throws: APIError.self) {
        try policy.settings(for: override { $0.noise = .isotropic })
      }
      #expect(error.param == "resta.sigma")
      #expect(error.message.hasPrefix("resta.sigma is needed with isotropic noise here"))
      let chosen = try policy.settings(
        for: override {
          $0.noise = .isotropic
          $0.sigma = sigma
        })
      #expect(chosen.noise.sigma == Sigma(value: sigma, unit: policy.defense.noise.sigma.unit))
    }
  }

  @Test("who lets clients switch a noise on need not show them anything") func switchedOn() throws {
    let policy = try policy {
      $0.defense.noise = NoiseKind.none
      $0.client.noise = [.hard]
      $0.client.sigma = .init(min: 0, max: 1)
      $0.client.expose = .none
    }
    #expect(try policy.settings(for: override { $0.noise = .hard }).noise.kind == .hard)
    #expect(throws: APIError.self) { try policy.settings(for: override { $0.noise = .soft }) }
  }

  @Test("votes need the operator's exposure", arguments: Exposure.allCases)
  func votes(exposure: Exposure) throws {
    let policy = try policy {
      $0.client.expose = exposure
      $0.defense.sticky = true
    }
    let request = override { $0.votes = true }
    if exposure == .votes {
      #expect(try policy.settings(for: request) == policy.defense)
    } else {
      let error = try #require(throws: APIError.self) { try policy.settings(for: request) }
      #expect(error.code == "resta_not_allowed")
      #expect(error.param == "resta.votes")
    }
  }

  @Test("the playground may try everything") func playground() throws {
    for model in [Self.small, Self.llama2] {
      let policy = try policy(model) { $0.allowTrying() }
      for kind in NoiseKind.allCases {
        let settings = try policy.settings(
          for: override {
            ($0.noise, $0.sigma, $0.samples, $0.prefix) = (kind, 0, 32, .all)
            $0.votes = true
          })
        #expect(settings.noise.kind == kind)
        #expect(settings.samples == 32)
        #expect(settings.prefix == .all)
      }
      #expect(policy.noises == [.isotropic, .hard, .soft, .orthogonal])
      #expect(policy.sigma == 0...4)
      #expect(policy.samples == 1...32)
      #expect(policy.prefix == 0...Int.max)
      #expect(policy.off)
    }
  }
}
