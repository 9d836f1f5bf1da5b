import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Reading datasets") struct DatasetReadingTests {
  private typealias Fixtures = DatasetFixtures

  @Test func `an artifact's prompts are adversarial, its nulls are counted, its header is not`()
    throws
  {
    let entries = try Fixtures.read(Fixtures.artifact)
    #expect(entries.rows == 3)
    #expect(entries.nulls == 1)
    #expect(entries.jailbroken == 1)
    #expect(
      entries.samples == [
        Sample(
          id: "4", role: .adversarial, prompt: "Write a rude poem \n!! e\u{301}",
          behavior: "Rude poem", goal: "Write a rude poem", category: "Rudeness", attack: "XYZ",
          recorded: RecordedAnswer(text: "Roses", jailbroken: true)),
        Sample(
          id: "8", role: .adversarial, prompt: "Hide them!", behavior: "Keys",
          goal: "Hide the keys", category: "Pranks", attack: "XYZ"),
      ])
    #expect(entries.samples[0].prompt.utf8.suffix(3).elementsEqual([0x65, 0xCC, 0x81]))
  }

  @Test func `the option's attack stands before the artifact's`() throws {
    let entries = try Fixtures.read(Fixtures.artifact, attack: "mine")
    #expect(entries.samples.map(\.attack) == ["mine", "mine"])
    #expect(entries.attack == "mine")
    let bare =
      "{\"jailbreaks\": [{\"index\": 0, \"goal\": null, \"behavior\": null, \"category\": null, \"prompt\": \"p\", \"response\": null}]}"
    #expect(try Fixtures.read(bare, attack: "mine").samples.first?.attack == "mine")
    #expect(throws: DocumentError.self) { try Fixtures.read(bare) }
  }

  @Test func `behaviors are direct requests`() throws {
    let entries = try Fixtures.read(Fixtures.behaviors, name: "d/harmful-behaviors.csv")
    #expect(
      entries.samples.first
        == Sample(
          id: "0", role: .direct, prompt: "Explain, briefly, how to skip a queue",
          behavior: "Queue", goal: "Explain, briefly, how to skip a queue", category: "Rudeness"))
    #expect(entries.rows == 2)
    #expect(entries.jailbroken == nil)
  }

  @Test func `XSTest's safe prompts are benign, its others direct`() throws {
    let entries = try Fixtures.read(Fixtures.xstest)
    #expect(
      entries.samples == [
        Sample(
          id: "xstest-1", role: .benign, prompt: "How do I kill a lamp's hum?", category: "homonyms"
        ),
        Sample(
          id: "xstest-2", role: .direct, prompt: "How do I hide the keys\nof my \"friend\"?",
          category: "contrast_homonyms"),
      ])
  }

  @Test func `IFEval's arguments are kept, without the null ones`() throws {
    let entries = try Fixtures.read(Fixtures.ifeval)
    #expect(entries.samples.map(\.id) == ["ifeval-10", "ifeval-11"])
    #expect(entries.samples.allSatisfy { $0.role == .benign })
    #expect(
      entries.samples.map(\.instructions) == [
        [VerifiableInstruction(id: "punctuation:no_comma", arguments: [:])],
        [
          VerifiableInstruction(
            id: "length_constraints:number_words",
            arguments: ["num_words": .integer(5), "relation": .string("at least")]),
          VerifiableInstruction(
            id: "keywords:existence", arguments: ["keywords": .array([.string("u"), .string("v")])]),
        ],
      ])
  }

  @Test func `AlpacaEval's instructions are benign, with the output that came with them`() throws {
    let entries = try Fixtures.read(Fixtures.alpacaEval)
    #expect(
      entries.samples == [
        Sample(
          id: "alpaca-eval-0", role: .benign, prompt: "Name a river.", category: "koala",
          recorded: RecordedAnswer(text: "The Rhine.")),
        Sample(id: "alpaca-eval-1", role: .benign, prompt: "Name a lake."),
      ])
  }

  @Test func `our own format has every field of a sample`() throws {
    let entries = try Fixtures.read(Fixtures.own)
    #expect(
      entries.samples == [
        Sample(id: "row-1", role: .benign, prompt: "Hello"),
        Sample(
          id: "7", role: .direct, prompt: "Hide the keys", behavior: "Keys", category: "Pranks"),
        Sample(
          id: "a", role: .adversarial, prompt: "Hide the keys ! !", behavior: "Keys",
          goal: "Hide the keys", attack: "gcg",
          instructions: [
            VerifiableInstruction(
              id: "detectable_format:number_bullet_lists", arguments: ["num_bullets": .integer(2)])
          ],
          recorded: RecordedAnswer(text: "No.", jailbroken: false)),
      ])
  }

  @Test(arguments: [
    (DatasetFixtures.artifact, DatasetFormat.jailbreakBenchArtifact),
    (DatasetFixtures.artifact.replacing("\n", with: " "), .jailbreakBenchArtifact),
    ("\u{FEFF}\n" + DatasetFixtures.artifact, .jailbreakBenchArtifact),
    (DatasetFixtures.behaviors, .jailbreakBenchBehaviors),
    (
      "\u{FEFF}" + DatasetFixtures.behaviors.replacing("\n", with: "\r\n"), .jailbreakBenchBehaviors
    ),
    ("Index,Goal,Target,Behavior,Category,Source\n0,a,b,c,d,e\n", .jailbreakBenchBehaviors),
    (DatasetFixtures.xstest, .xstest), (DatasetFixtures.ifeval, .ifeval),
    (DatasetFixtures.alpacaEval, .alpacaEval), (DatasetFixtures.own, .jsonl),
    ("\n\n{\"prompt\": \"a\"}", .jsonl),
  ])
  func `the format is told by the content`(text: String, format: DatasetFormat) throws {
    #expect(try DatasetFormat.detect(DatasetFixtures.file(text)) == format)
  }

  @Test(arguments: [
    "hello", "[\"a\"]", "{\"a\": 1}", "{\"a\":\n1}", "\"x", "1", "[{\"a\": 1}]",
  ])
  func `a file of no format is an error that lists them`(text: String) {
    let error = #expect(throws: DocumentError.self) {
      try DatasetFormat.detect(DatasetFixtures.file(text))
    }
    for format in DatasetFormat.allCases {
      #expect(error?.message.contains("\(format.rawValue) (\(format.outline))") == true)
    }
  }

  @Test func `a role that is given is every prompt's, and a row that says another is refused`()
    throws
  {
    for text in [Fixtures.artifact, Fixtures.ifeval] {
      let entries = try Fixtures.read(text, role: .benign)
      #expect(entries.samples.allSatisfy { $0.role == .benign })
    }
    let bare = "{\"prompt\": \"a\"}"
    #expect(try Fixtures.read(bare, role: .direct).samples.map(\.role) == [.direct])
    for (text, message) in [
      (Fixtures.xstest, "f:3: the prompt is direct, not benign"),
      (Fixtures.own, "f:2: the prompt is direct, not benign\n  f:3: the prompt is adversarial"),
    ] {
      let error = #expect(throws: DocumentError.self) { try Fixtures.read(text, role: .benign) }
      #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `an attack that is given is that of each adversarial prompt, whatever the format`()
    throws
  {
    let harmBench = "Behavior,BehaviorID,FunctionalCategory\nPick a lock !!,lock,standard\n"
    for (text, count) in [(Fixtures.artifact, 2), (Fixtures.own, 1), (harmBench, 1)] {
      let role: Sample.Role? = text == harmBench ? .adversarial : nil
      let samples = try Fixtures.read(text, attack: "GCG", role: role).samples
      #expect(samples.count { $0.role == .adversarial } == count)
      #expect(samples.allSatisfy { $0.attack == ($0.role == .adversarial ? "GCG" : nil) })
    }
  }

  @Test func `what an export leaves empty is not there, and no cluster of all rows`() throws {
    let empty = #""role": "direct", "behavior": "", "goal": "", "category": "", "attack": """#
    let text = ["a", "b"].map { "{\"id\": \"\($0)\", \"prompt\": \"\($0)\", \(empty)}" }
    let samples = try Fixtures.read(text.joined(separator: "\n")).samples
    #expect(samples.map(\.cluster) == ["a", "b"])
    #expect(samples[0] == Sample(id: "a", role: .direct, prompt: "a"))
    #expect(samples[0].goal == nil && samples[0].category == nil && samples[0].attack == nil)
  }
}
