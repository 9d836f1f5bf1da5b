import Foundation
import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("The placebo") struct PlaceboTests {
  private static let question = "How tall is the tower?"

  /// The text as it is written, and how many tokens it adds: the scripted vocabulary is bytes.
  static let texts: [(text: String?, shown: String, added: Int)] = [
    (nil, " .", 2), ("\n", "\n", 1), (" ", " ", 1), (" Thank you.", " Thank you.", 11),
    ("\u{2028}", "\u{2028}", 3),
  ]

  @Test(arguments: texts)
  func `a text stands behind the message and is all that differs`(
    text: String?, shown: String, added: Int
  ) async throws {
    let model = DefenseFixture.model(answering: ["Sixty"])
    let subject = try DefenseFixture.subject(model, system: "S")
    let placebo = Placebo(text: text)
    let answer = try await placebo.answer(Self.question, from: subject, seed: 3)
    #expect(
      DefenseFixture.prompts(of: model) == ["<system>S<user>\(Self.question)\(shown)<model>"])
    #expect(answer.text == "Sixty" && answer.votes.isEmpty)
    #expect(answer.notes == ["added_tokens": .integer(Int128(added))])
    #expect(placebo.settings == ["text": .string(shown)])
    #expect(placebo.kind == "placebo" && !placebo.usesSeed)
  }

  @Test func `a text that the template drops is an error, before the first answer`() async throws {
    var subject = try DefenseFixture.subject(DefenseFixture.model(answering: ["Yes"]))
    subject.template = try ChatTemplate(
      source: "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}<model>")
    for text in ["\n", " ", "\t \n"] {
      let placebo = Placebo(text: text)
      let errors = [
        await #expect(throws: EvaluationError.self) {
          try await placebo.prepared(for: subject, loadOther: EvaluationSession.noOther)
        },
        await #expect(throws: EvaluationError.self) {
          try await placebo.answer(Self.question, from: subject, seed: 0)
        },
      ]
      for error in errors { #expect(error?.message.contains("the chat template drops it") == true) }
    }
    // The default is seen through such a template.
    let answer = try await Placebo().answer(Self.question, from: subject, seed: 0)
    #expect(answer.notes["added_tokens"] == .integer(2))
  }

  @Test func `noise is RESTA's, of one copy, under the placebo's name`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.modelOfEmbeddings())
    let placebo = Placebo(sigma: 0.02)
    let same = RestaDefense(
      DefenseSettings(
        noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.02, unit: .relative)),
        samples: 1))
    for seed in 0..<UInt64(3) {
      let answer = try await placebo.answer(Self.question, from: subject, seed: seed)
      let expected = try await same.answer(Self.question, from: subject, seed: seed)
      #expect(answer.tokenIDs == expected.tokenIDs && answer.votes.count == expected.votes.count)
      #expect(answer.notes == expected.notes)
    }
    #expect(placebo.usesSeed && placebo.kind == "placebo")
    #expect(placebo.settings == same.settings)
  }

  static let wrong: [(Placebo, String)] = [
    (Placebo(text: ""), "must not be empty"), (Placebo(file: ""), "must not be empty"),
    (Placebo(sigma: 0), "sigma must be"), (Placebo(sigma: 0.65), "stronger noise is a defence"),
    (Placebo(sigma: .nan), "sigma must be"), (Placebo(sigma: -0.01), "sigma must be"),
    (Placebo(text: "x", sigma: 0.01), "one thing, not text and sigma"),
    (Placebo(sigma: 0.01, file: "a.gguf"), "one thing, not sigma and file"),
  ]

  @Test(arguments: wrong) func `a change that is none, or more, is refused`(
    placebo: Placebo, expected: String
  ) {
    let error = #expect(throws: EvaluationError.self) { try placebo.validate() }
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func `names tell placebos apart`() {
    let names = [
      Placebo(), Placebo(text: "\n"), Placebo(sigma: 0.01), Placebo(file: "models/q8.gguf"),
    ].map(\.defaultName)
    #expect(names == ["placebo", "placebo text=\"\\n\"", "placebo sigma=0.01", "placebo q8.gguf"])
  }

  // MARK: - Another file

  private static func evaluated(
    _ name: String, in folder: TemporaryFolder, answering text: String, dimensions: Int = 8
  ) throws -> EvaluatedModel {
    let file = folder.path(name)
    try name.write(toFile: file, atomically: true, encoding: .utf8)
    let model = ScriptedModel(dimensions: dimensions) { context in
      let bytes = Array(text.utf8)
      var logits = [Float](repeating: 0, count: 257)
      let next =
        context.answer.count < bytes.count
        ? Int(bytes[context.answer.count]) : Int(DefenseFixture.end)
      logits[next] = 1
      return logits
    }
    return EvaluatedModel(
      model, template: try DefenseFixture.template(), file: file, engine: "scripted")
  }

  private static let configuration = """
    max_tokens: 8
    datasets: [{built_in: benign, limit: 2}]
    defenses: [{type: placebo, file: other.gguf}]
    judges: [refusal-phrases]
    endpoint: {defense: placebo other.gguf, against: none, role: benign}
    """

  @Test func `another file of the same weights answers, and its digest is in the key`()
    async throws
  {
    let folder = try TemporaryFolder()
    let configuration = try EvaluationConfiguration(parsing: Self.configuration, file: "a.yaml")
    let session = try await EvaluationSession(
      configuration,
      loadOther: { path in
        #expect(path == "./other.gguf")
        return try Self.evaluated("other.gguf", in: folder, answering: "Other")
      }, load: { try Self.evaluated("mine.gguf", in: folder, answering: "Mine") })
    let store = try EvaluationStore(path: session.storePath(in: folder.url))
    #expect(try await session.run(into: store).done == 4)
    let rows = try await store.rows(judges: ["refusal-phrases/3"])
    #expect(rows.map(\.answer?.text) == ["Mine", "Other", "Mine", "Other"])
    let entry = try #require(session.plan.defenses.last?.defense)
    #expect(entry.kind == "placebo")
    #expect(entry.settings == ["model_sha256": .string(Digest.sha256(of: "other.gguf"))])
    let record = try #require(try await store.record())
    #expect(
      record.endpoint?.text == "complied of the benign prompts: placebo other.gguf minus none")
    try store.close()
  }

  @Test func `a file that is no placebo is refused before anything is asked`() async throws {
    let folder = try TemporaryFolder()
    let configuration = try EvaluationConfiguration(parsing: Self.configuration, file: "a.yaml")
    for (name, dimensions, expected) in [
      ("other.gguf", 16, "holds another model"), ("mine.gguf", 8, "byte for byte"),
    ] {
      let error = await #expect(throws: EvaluationError.self) {
        try await EvaluationSession(
          configuration,
          loadOther: { _ in
            try Self.evaluated(name, in: folder, answering: "x", dimensions: dimensions)
          }, load: { try Self.evaluated("mine.gguf", in: folder, answering: "x") })
      }
      #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }
    let error = await #expect(throws: EvaluationError.self) {
      try await EvaluationSession(configuration) {
        try Self.evaluated("mine.gguf", in: folder, answering: "x")
      }
    }
    #expect(error?.message.contains("this program loads none") == true)
  }
}
