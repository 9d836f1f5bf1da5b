import RESTA
import RESTADocuments
import RESTARefusals
import Testing

@testable import RESTAEvaluation

@Suite("The catalogue of defences") struct DefenseCatalogTests {
  /// What stores have held from the start: a part of each generation's key, so never to change.
  static let stored: [(any ConfiguredDefense, String)] = [
    (Undefended(), "{}"),
    (
      RestaDefense(DefenseSettings()),
      """
      {"aggregator":"majority-vote","decoder":"fast","definition":2,"noise":"isotropic",\
      "perturbed":{"last_turn_only":false,"roles":["user"]},"power_matched":false,"prefix":20,\
      "samples":10,"sigma":0.55,"sigma_unit":"relative","tie_rule":"log-probability",\
      "window":"start"}
      """
    ),
    (
      RestaDefense(
        DefenseSettings(
          noise: NoiseSettings(
            kind: .isotropic, sigma: Sigma(value: 1, unit: .absolute), powerMatched: true),
          samples: 3, prefix: .all, window: .after("</think>"), aggregator: .meanLogit,
          tieRule: .unperturbed,
          perturbed: PerturbedContent(roles: [.user, .tool], lastUserTurnOnly: true), seed: 5)),
      """
      {"aggregator":"mean-logit","decoder":"fast","definition":2,"noise":"isotropic",\
      "perturbed":{"last_turn_only":true,"roles":["tool","user"]},"power_matched":true,\
      "prefix":"all","samples":3,"sigma":1,"sigma_unit":"absolute","tie_rule":"unperturbed",\
      "window":{"after":"</think>"}}
      """
    ),
    (
      RestaDefense(DefenseSettings(lead: 4)),
      """
      {"aggregator":"majority-vote","decoder":"fast","definition":2,"lead":4,"noise":"isotropic",\
      "perturbed":{"last_turn_only":false,"roles":["user"]},"power_matched":false,"prefix":20,\
      "samples":10,"sigma":0.55,"sigma_unit":"relative","tie_rule":"log-probability",\
      "window":"start"}
      """
    ),
    (
      RestaDefense(DefenseSettings(checkpointEvery: 16)),
      """
      {"aggregator":"majority-vote","checkpoint_every":16,"decoder":"fast","definition":2,\
      "noise":"isotropic","perturbed":{"last_turn_only":false,"roles":["user"]},\
      "power_matched":false,"prefix":20,"samples":10,"sigma":0.55,"sigma_unit":"relative",\
      "tie_rule":"log-probability","window":"start"}
      """
    ),
    (
      SmoothLLM(),
      #"{"copies":10,"judge":"refusal-phrases/3","percent":10,"perturbation":"swap"}"#
    ),
    (PerplexityFilter(threshold: 50), #"{"threshold":50,"window":null}"#),
    (PerplexityFilter(threshold: 2.5, window: 8), #"{"threshold":2.5,"window":8}"#),
    (SelfReminder(before: "", after: "b"), #"{"after":"b","before":""}"#),
    (RandomRefusal(probability: 0.25), #"{"probability":0.25}"#),
    (TemperatureOnly(temperature: 1), #"{"temperature":1,"top_p":1}"#),
    (Placebo(), #"{"text":" ."}"#),
    (Placebo(text: "\n"), #"{"text":"\n"}"#),
  ]

  @Test("what a store keeps of a defence never changes", arguments: 0..<stored.count)
  func settings(index: Int) throws {
    let (defense, expected) = Self.stored[index]
    #expect(try CanonicalJSON.text(defense.settings) == expected)
  }

  @Test("each key of each type is read back as it is written")
  func rows() {
    let others: [any ConfiguredDefense] = [Placebo(sigma: 0.01), Placebo(file: "q8.gguf")]
    for defense in Self.stored.map(\.0) + others { Self.check(defense) }
  }

  private static func check<Kind: ConfiguredDefense>(_ defense: Kind) {
    var read = Kind.defaults
    for row in Kind.table {
      // A part of a reminder may be empty, but nobody writes that into a file.
      if row.write(defense) == .text("") { continue }
      #expect(row.read(row.write(defense), into: &read), "\(Kind.kind): \(row.name)")
      #expect(row.write(read) == row.write(defense), "\(Kind.kind): \(row.name)")
    }
  }

  @Test("types have names of their own")
  func names() {
    #expect(
      DefenseCatalog.types.map { $0.kind } == [
        "none", "placebo", "resta", "smoothllm", "perplexity-filter", "self-reminder",
        "random-refusal", "temperature",
      ])
  }
}
