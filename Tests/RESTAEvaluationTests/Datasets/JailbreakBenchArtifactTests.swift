import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Writing JailbreakBench artifacts") struct JailbreakBenchArtifactTests {
  private static let rows = [
    GenerationRows.row("4", prompt: "p \"1\"\n e\u{301}", label: .complied, answer: "Sure\r\n,"),
    GenerationRows.row("7", label: .refused), GenerationRows.row("9", label: .incoherent),
    GenerationRows.row("11", label: .unscored),
    GenerationRows.row("12", label: .unscored, answer: nil),
  ]

  @Test func `what is written is read back as a dataset`() throws {
    let artifact = try JailbreakBenchArtifact(rows: Self.rows, model: "m", date: "2026-01-02")
    let entries = try DatasetFixtures.read(artifact.text)
    #expect(entries.rows == 5)
    #expect(entries.jailbroken == 1)
    #expect(entries.samples.map(\.id) == ["4", "7", "9", "11", "12"])
    for (sample, row) in zip(entries.samples, Self.rows) {
      #expect(sample.prompt.utf8.elementsEqual(row.sample.prompt.utf8))
      #expect(sample.recorded?.text == row.answer?.text)
      #expect(sample.goal == row.sample.goal)
      #expect(sample.behavior == row.sample.behavior)
      #expect(sample.category == row.sample.category)
      #expect(sample.attack == "gcg")
    }
    #expect(entries.samples.map(\.recorded?.jailbroken) == [true, false, false, nil, nil])
  }

  @Test func `unscored answers are null, counted, and in no rate`() throws {
    var rows = Self.rows
    rows[0].settings["stops"] = .array([.string("a")])
    rows[0].settings["system"] = .null
    let artifact = try JailbreakBenchArtifact(
      rows: rows, model: "m", date: "2026-01-02", judge: "j/1")
    #expect(artifact.jailbroken == 1)
    #expect(artifact.unscored == 2)
    let root = try JSONReader.value(of: Array(artifact.text.utf8)[...])
    let parameters = try #require(root.object?["parameters"]?.object)
    #expect(parameters["attack_success_rate"]?.double == 1.0 / 3)
    #expect(parameters["number_of_unscored_answers"] == .integer(2))
    #expect(parameters["number_of_submitted_prompts"] == .integer(5))
    #expect(parameters["total_number_of_jailbreaks"] == .integer(1))
    #expect(parameters["total_prompt_tokens"] == .integer(36))
    #expect(parameters["total_response_tokens"] == .integer(12))
    #expect(parameters["method"] == .string("gcg"))
    #expect(parameters["defense"] == .string("resta"))
    #expect(parameters["model"] == .string("m"))
    #expect(parameters["evaluation_date"] == .string("2026-01-02"))
    #expect(parameters["evaluation_judge"] == .string("j/1"))
    let method = try #require(parameters["method_parameters"]?.object)
    #expect(
      method == [
        "dataset": .string("d"), "defense_kind": .string("resta"), "seed": .string("7"),
        "defense_sigma": .number(0.5), "defense_noise": .string("hard"),
        "defense_samples": .integer(10), "defense_stops": .string("[\"a\"]"),
      ])
    let entries = try #require(root.object?["jailbreaks"]?.array)
    let judged = entries.map { $0.object?["jailbroken"] }
    #expect(judged == [.bool(true), .bool(false), .bool(false), .null, .null])
    #expect(entries.map { $0.object?["response"] == .null } == [false, false, false, false, true])
  }

  @Test func `nothing scored has no rate`() throws {
    let artifact = try JailbreakBenchArtifact(rows: [Self.rows[3]], model: "m", date: "2026-01-02")
    #expect(artifact.text.contains("\"attack_success_rate\": null"))
  }

  @Test func `ids that are no numbers become positions, and are kept beside`() throws {
    let rows = ["g1-gcg", "g2-gcg"].map { GenerationRows.row($0, label: .refused) }
    let artifact = try JailbreakBenchArtifact(rows: rows, model: "m", date: "2026-01-02")
    #expect(try DatasetFixtures.read(artifact.text).samples.map(\.id) == ["0", "1"])
    #expect(artifact.text.contains("\"sample\": \"g2-gcg\""))
  }

  @Test func `direct requests and several attacks have a method too`() throws {
    let direct = GenerationRows.row("1", role: .direct, label: .refused)
    #expect(try method(of: [direct]) == .string("direct"))
    let other = GenerationRows.row("2", label: .refused, attack: "pair")
    #expect(try method(of: [Self.rows[1], other]) == .string("d"))
  }

  @Test func `requests without an attack come back as such, attacks that changed nothing do not`()
    throws
  {
    for (attack, prompt, isPlain) in [
      (nil, "g1", true), (nil, "other", false), ("pair", "g1", false),
    ] {
      let row = GenerationRows.row(
        "1", role: attack == nil ? .direct : .adversarial, prompt: prompt, label: .refused,
        attack: attack)
      let artifact = try JailbreakBenchArtifact(rows: [row], model: "m", date: "2026-01-02")
      let sample = try #require(DatasetFixtures.read(artifact.text).samples.first)
      #expect(sample.role == (isPlain ? .direct : .adversarial), "\(prompt)")
      #expect(sample.attack == (isPlain ? nil : attack ?? "direct"), "\(prompt)")
    }
  }

  private func method(of rows: [GenerationRow]) throws -> JSONValue? {
    let text = try JailbreakBenchArtifact(rows: rows, model: "m", date: "2026-01-02").text
    let root = try JSONReader.value(of: Array(text.utf8)[...])
    return root.object?["parameters"]?.object?["method"]
  }

  @Test(
    arguments: [
      ([], "there is no answer to make an artifact of"),
      (
        [
          GenerationRows.row("1", label: .refused),
          GenerationRows.row("1", label: .refused, seed: 8),
        ],
        "an artifact holds one dataset, defence and seed; choose one of each"
      ),
      (
        [
          GenerationRows.row("1", label: .refused),
          GenerationRows.row("1", label: .refused, defense: "none"),
        ],
        "an artifact holds one dataset, defence and seed; choose one of each"
      ),
      (
        [
          GenerationRows.row("1", label: .refused),
          GenerationRows.row("1", label: .refused, dataset: "e"),
        ],
        "an artifact holds one dataset, defence and seed; choose one of each"
      ),
      (
        [GenerationRows.row("x", role: .benign, label: .complied)],
        "d: prompt 'x' is benign; an answer to it is no jailbreak"
      ),
    ] as [([GenerationRow], String)])
  func `rows that make no artifact are an error`(rows: [GenerationRow], message: String) {
    let error = #expect(throws: EvaluationError.self) {
      try JailbreakBenchArtifact(rows: rows, model: "m", date: "2026-01-02")
    }
    #expect(error?.message == message)
  }
}
