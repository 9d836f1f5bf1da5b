import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("DefenseSettings")
struct DefenseSettingsTests {
  @Test("defaults to the paper's k and l, with the noise that was measured")
  func defaults() {
    let settings = DefenseSettings()
    #expect(settings.noise.kind == .isotropic)
    #expect(settings.noise.sigma == Sigma(value: 0.55, unit: .relative))
    #expect(!settings.noise.powerMatched)
    #expect(settings.samples == 10)
    #expect(settings.prefix == .tokens(20))
    #expect(settings.window == .start)
    #expect(settings.aggregator == .majorityVote)
    #expect(settings.tieRule == .logProbability)
    #expect(settings.lead == nil)
    #expect(settings.checkpointEvery == nil && settings.checkpointTokens == 4)
    #expect(!settings.checkpointEnds)
    #expect(settings.perturbed == .userTurns)
    #expect(settings.seed == nil)
    #expect(settings.isActive)
    #expect(throws: Never.self) { try settings.validate() }
  }

  @Test(
    "is active where there is noise and a prefix",
    arguments: [
      (Fixture.defense(), true), (Fixture.defense(l: .all), true),
      (Fixture.defense(l: .tokens(1)), true), (Fixture.defense(l: .tokens(0)), false),
      (Fixture.defense(kind: .none), false), (DefenseSettings.none, false),
      (Fixture.defense(k: 1), true),
    ])
  func activity(settings: DefenseSettings, isActive: Bool) {
    #expect(settings.isActive == isActive)
    #expect(settings.sequences == (isActive ? settings.samples + 1 : 1))
    #expect(throws: Never.self) { try settings.validate() }
  }

  @Test(
    "accepts the ends of its ranges",
    arguments: [
      Fixture.defense(k: 1), Fixture.defense(k: 128), Fixture.defense(l: .tokens(0)),
      Fixture.defense(l: .tokens(.max)), Fixture.defense(l: .all),
      Fixture.defense(window: .after("x")), Fixture.defense(seed: 0), Fixture.defense(seed: .max),
      DefenseSettings(lead: 1), DefenseSettings(lead: .max), DefenseSettings(checkpointEvery: 1),
      DefenseSettings(checkpointEvery: .max, checkpointTokens: .max, checkpointEnds: true),
      Fixture.defense(perturbed: PerturbedContent(roles: [.tool])),
      Fixture.defense(perturbed: PerturbedContent(roles: [.system])),
      Fixture.defense(perturbed: PerturbedContent(roles: [.user, .tool], lastUserTurnOnly: true)),
    ])
  func valid(settings: DefenseSettings) {
    #expect(throws: Never.self) { try settings.validate() }
  }

  @Test(
    "names the value that is out of range",
    arguments: [
      (Fixture.defense(k: 0), "k must be between 1 and 128, not 0"),
      (Fixture.defense(k: -3), "not -3"), (Fixture.defense(k: 129), "not 129"),
      (Fixture.defense(l: .tokens(-1)), "not -1"),
      (DefenseSettings(lead: 0), "lead must be 1 vote or more, not 0"),
      (DefenseSettings(aggregator: .medianLogit, lead: 4), "median-logit needs every copy"),
      (DefenseSettings(aggregator: .meanLogit, tieRule: .abstain), "mean-logit has no tied votes"),
      (DefenseSettings(checkpointEvery: 0), "checkpoint_every and checkpoint_tokens must be 1"),
      (DefenseSettings(checkpointEvery: 4, checkpointTokens: 0), "checkpoint_tokens must be 1"),
      (DefenseSettings(checkpointTokens: 5), "checkpoint_tokens goes with checkpoint_every only"),
      (DefenseSettings(checkpointEnds: true), "checkpoint_ends goes with checkpoint_every only"),
      (Fixture.defense(window: .after("")), "empty"),
      (Fixture.defense(perturbed: PerturbedContent(roles: [])), "user, tool and system"),
      (Fixture.defense(perturbed: PerturbedContent(roles: [.assistant])), "never perturbed"),
      (
        Fixture.defense(perturbed: PerturbedContent(roles: [.user, .assistant])), "never perturbed"
      ),
      (
        Fixture.defense(perturbed: PerturbedContent(roles: [.tool], lastUserTurnOnly: true)),
        "last_turn_only goes with user turns only"
      ),
    ] as [(DefenseSettings, String)])
  func invalid(settings: DefenseSettings, message: String) {
    let error = #expect(throws: RESTAError.self) { try settings.validate() }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("checks the noise, too", arguments: [-1, .nan, .infinity])
  func invalidNoise(sigma: Double) {
    var settings = DefenseSettings()
    settings.noise.sigma.value = sigma
    #expect(throws: RESTAError.self) { try settings.validate() }
    settings = Fixture.defense(kind: .isotropic)
    settings.noise.powerMatched = true
    #expect(throws: RESTAError.self) { try settings.validate() }
  }

  @Test("choices that no model could have are refused before one is known, and no others")
  func choices() throws {
    var chosen = Chosen<DefenseSettings>(.defaults)
    chosen.set(\.noise.powerMatched, true)
    // Llama 2's recommended noise is hard.
    try chosen.check()
    let llama2 = Self.model("llama", vocabulary: 32_000, dimensions: 4_096)
    #expect(try chosen.settings(for: llama2)?.noise.powerMatched == true)
    chosen.set(\.noise.kind, .isotropic)
    #expect(throws: RESTAError.self) { try chosen.check() }
    // As a script's noise, of which another one on the command line leaves nothing.
    chosen.names.remove("power_matched")
    try chosen.check()
    chosen = Chosen(.defaults)
    chosen.set(\.lead, 2)
    chosen.set(\.aggregator, .meanLogit)
    #expect(throws: RESTAError.self) { try chosen.check() }
  }

  static func model(
    _ architecture: String, vocabulary: Int, dimensions: Int, name: String = "model"
  ) -> ModelInformation {
    ModelInformation(
      name: name, architecture: architecture, dimensions: dimensions,
      vocabularySize: vocabulary, contextLength: 4_096, maximumSequences: 129,
      embeddingScale: EmbeddingScale(meanNorm: 1, rootMeanSquare: 1))
  }

  @Test(
    "recommends the paper's sigma for Llama 2 and its fine-tunes, a relative one for all others",
    arguments: [
      (model("llama", vocabulary: 32_000, dimensions: 4_096), true),
      (model("llama", vocabulary: 32_000, dimensions: 5_120), true),
      (model("llama", vocabulary: 32_000, dimensions: 8_192), true),
      // TinyLlama, Llama 3, SmolLM2, Gemma, Qwen.
      (model("llama", vocabulary: 32_000, dimensions: 2_048), false),
      (model("llama", vocabulary: 128_256, dimensions: 4_096), false),
      (model("llama", vocabulary: 49_152, dimensions: 576), false),
      (model("gemma3", vocabulary: 262_144, dimensions: 1_152), false),
      (model("qwen2", vocabulary: 32_000, dimensions: 4_096), false),
    ])
  func recommended(model: ModelInformation, isLlama2: Bool) {
    var expected = DefenseSettings()
    if isLlama2 {
      expected.noise = NoiseSettings(kind: .hard, sigma: Sigma(value: 0.8, unit: .absolute))
    }
    let settings = DefenseSettings.recommended(for: model)
    #expect(settings == expected)
    let calibration = Calibration(of: settings, for: model)
    #expect(calibration == (isLlama2 ? .paper : .none))
    #expect((calibration.warning == nil) == isLlama2)
  }

  @Test("call a fallback one, whoever typed it, and nothing else", arguments: NoiseKind.allCases)
  func calibration(kind: NoiseKind) {
    let model = Self.model("llama", vocabulary: 49_152, dimensions: 576)
    var settings = DefenseSettings(noise: NoiseSettings(kind: kind, sigma: kind.fallbackSigma))
    #expect(Calibration(of: settings, for: model) == (kind == .none ? .chosen : .none))
    settings.noise.sigma.value += 0.05
    #expect(Calibration(of: settings, for: model) == .chosen)
    settings.noise.sigma = Sigma(value: kind.fallbackSigma.value, unit: .absolute)
    #expect(Calibration(of: settings, for: model) == .chosen)
  }

  @Test("says that a setting was measured on these weights where it was, and of no other")
  func calibrated() {
    var generator = SeededGenerator(seed: 17)
    for number in 0..<200 {
      let kind = generator.element(of: NoiseKind.allCases.filter { $0 != .none })
      // Llama 2's shape too: what was measured comes before the paper.
      var model = Self.model(
        "llama", vocabulary: 32_000, dimensions: generator.chance(0.5) ? 4_096 : 576)
      let known = CalibratedSetting(
        // The fallback's own sigma among them: measured, it is none any more.
        noise: NoiseSettings(
          kind: kind,
          sigma: generator.chance(0.3) ? kind.fallbackSigma : Sigma(value: 0.4, unit: .relative)),
        samples: generator.integer(in: 1...20), prefix: .tokens(generator.integer(in: 1...30)),
        origin: generator.chance(0.5) ? .shipped : .own)
      model.calibrated = known
      var settings = DefenseSettings.recommended(for: model)
      #expect(settings.noise == known.noise && settings.samples == known.samples, "\(number)")
      #expect(Calibration(of: settings, for: model) == known.origin, "\(number)")
      #expect(Calibration(of: settings, for: model).warning == nil)
      model.calibrated = nil
      #expect(![.shipped, .own].contains(Calibration(of: settings, for: model)), "\(number)")
      model.calibrated = known
      settings.samples += 1
      #expect(![.shipped, .own].contains(Calibration(of: settings, for: model)), "\(number)")
    }
  }

  @Test("knows the paper's noise on a Llama 2 beside what was measured on it")
  func paperBesideCalibrated() {
    var model = Self.model("llama", vocabulary: 32_000, dimensions: 4_096)
    model.calibrated = CalibratedSetting(
      noise: NoiseSettings(kind: .hard, sigma: Sigma(value: 0.4, unit: .relative)), samples: 10,
      prefix: .tokens(20))
    var settings = DefenseSettings.recommended(for: model)
    settings.samples = 5
    #expect(Calibration(of: settings, for: model) == .chosen)
    settings.noise = NoiseSettings(kind: .hard, sigma: Sigma(value: 0.8, unit: .absolute))
    #expect(Calibration(of: settings, for: model) == .paper)
  }

  @Test("doesn't take Mistral 7B for a Llama 2")
  func mistral() {
    // Its file has Llama's architecture, vocabulary size and width, but embeddings of another size.
    var model = Self.model("llama", vocabulary: 32_000, dimensions: 4_096)
    #expect(DefenseSettings.recommended(for: model).noise.sigma.unit == .absolute)
    model.trainedContextLength = 32_768
    #expect(DefenseSettings.recommended(for: model).noise.sigma.unit == .relative)
  }

  @Test("survives being written and read")
  func coding() throws {
    var generator = SeededGenerator(seed: 91)
    for number in 0..<100 {
      let settings = Fixture.defense(
        k: generator.integer(in: 1...128), l: generator.element(of: [.all, .tokens(3)]),
        kind: generator.element(of: NoiseKind.allCases),
        window: generator.element(of: [.start, .after("</think>")]),
        aggregator: generator.element(of: Aggregator.allCases),
        tieRule: generator.element(of: TieRule.allCases),
        lead: generator.element(of: [nil, 4]),
        perturbed: generator.element(of: [.userTurns, PerturbedContent(roles: [.tool])]),
        seed: generator.element(of: [nil, 0, .max]))
      let data = try JSONEncoder().encode(settings)
      let read = try JSONDecoder().decode(DefenseSettings.self, from: data)
      #expect(read == settings, "case \(number): \(String(decoding: data, as: UTF8.self))")
    }
  }
}

@Suite("PrefixLength")
struct PrefixLengthTests {
  @Test(
    "contains the positions from the start of its window",
    arguments: [
      (PrefixLength.tokens(0), 0), (.tokens(1), 1), (.tokens(20), 20), (.tokens(-5), 0),
      (.all, 1_000),
    ])
  func positions(prefix: PrefixLength, count: Int) {
    #expect((-10..<1_000).filter(prefix.contains) == Array(0..<count))
  }

  @Test("is shown as a number or 'all'")
  func description() {
    #expect(PrefixLength.tokens(20).description == "20")
    #expect(PrefixLength.all.description == "all")
  }
}
