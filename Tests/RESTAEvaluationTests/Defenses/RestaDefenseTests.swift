import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Testing

@Suite("RESTA as a defence") struct RestaDefenseTests {
  private static let settings = DefenseSettings(
    noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.5, unit: .relative)), samples: 5,
    prefix: .tokens(4))

  @Test(arguments: 0..<UInt64(12))
  func `its answer is the decoder's with the seed as it is`(seed: UInt64) async throws {
    let subject = try DefenseFixture.subject(
      DefenseFixture.modelOfEmbeddings(), system: "Be brief.")
    var defense = Self.settings
    // One in the settings is not used.
    defense.seed = 99
    let answer = try await RestaDefense(defense).answer("Hello there", from: subject, seed: seed)
    defense.seed = seed
    let expected = try await Generation(
      model: subject.model, messages: [.system("Be brief."), .user("Hello there")],
      template: subject.template, defense: defense, options: subject.options
    ).result()
    #expect(answer.text == expected.text)
    #expect(answer.tokenIDs == expected.tokenIDs)
    #expect(answer.votes == expected.votes)
    #expect(answer.votes.count == 4)
    #expect(answer.stopReason == "end_of_generation")
    #expect(answer.promptTokens == expected.promptTokens)
    #expect(answer.notes["sigma_absolute"]?.double == expected.settings.sigmaAbsolute)
    #expect(answer.notes["sigma_relative"]?.double == 0.5)
    #expect(answer.notes["perturbed_tokens"]?.int == "Hello there".utf8.count)
  }

  @Test func `another seed is another noise`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.modelOfEmbeddings())
    var texts: Set<String> = []
    for seed in 0..<UInt64(10) {
      texts.insert(
        try await RestaDefense(Self.settings).answer("Hello", from: subject, seed: seed).text)
    }
    #expect(texts.count > 5)
  }

  @Test func `settings say everything that determines the answer`() {
    #expect(
      RestaDefense(Self.settings).settings == [
        "noise": .string("isotropic"), "sigma": .number(0.5), "sigma_unit": .string("relative"),
        "power_matched": .bool(false), "samples": .integer(5), "prefix": .integer(4),
        "window": .string("start"), "aggregator": .string("majority-vote"),
        "tie_rule": .string("log-probability"),
        "perturbed": .object([
          "roles": .array([.string("user")]), "last_turn_only": .bool(false),
        ]),
        "decoder": .string("fast"), "definition": .integer(2),
      ])
    let other = RestaDefense(
      DefenseSettings(prefix: .all, window: .after("</think>"), seed: 5), decoder: .naive)
    #expect(other.settings["prefix"] == .string("all"))
    #expect(other.settings["window"] == .object(["after": .string("</think>")]))
    #expect(other.settings["decoder"] == .string("naive"))
    #expect(other.settings["seed"] == nil)
  }

  @Test func `a value out of range is named`() {
    let error = #expect(throws: EvaluationError.self) {
      try RestaDefense(DefenseSettings(samples: 0)).validate()
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("between 1 and 128") == true)
  }
}
