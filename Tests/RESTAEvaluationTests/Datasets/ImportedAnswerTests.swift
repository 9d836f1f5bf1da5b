import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Importing answers") struct ImportedAnswerTests {
  private static let datasets = [
    Dataset(
      name: "one", source: "", sha256: "",
      samples: [
        Sample(id: "a", role: .direct, prompt: "Hide the keys \u{E9}", behavior: "Keys"),
        Sample(id: "5", role: .benign, prompt: "Hello"),
      ], rows: 2),
    Dataset(
      name: "two", source: "", sha256: "",
      samples: [Sample(id: "a", role: .benign, prompt: "Other")], rows: 1),
  ]

  private static func read(
    _ text: String, role: Sample.Role? = nil
  ) throws -> [ImportedAnswer] {
    try ImportedAnswer.read(
      DatasetFixtures.file(text, name: "in.jsonl"), datasets: datasets, role: role
    ).answers
  }

  @Test func `an id finds its prompt, and a row may bring its own`() throws {
    let answers = try Self.read(
      """
      {"sample": 5, "answer": "Hi", "defense": "theirs", "x": 1}

      {"id": "a", "dataset": "one", "response": "No.", "prompt": "Hide the keys \u{E9}"}
      {"id": "new", "prompt": "Name a lake", "role": "benign", "answer": ""}
      {"prompt": "Name a sea", "role": "benign", "answer": null, "defense": "", "dataset": ""}
      """)
    #expect(answers.map(\.dataset) == ["one", "one", nil, nil])
    #expect(answers.map(\.answer) == ["Hi", "No.", "", nil])
    #expect(answers.map(\.sample.id) == ["5", "a", "new", "row-5"])
    #expect(
      answers.map(\.sample.prompt) == [
        "Hello", "Hide the keys \u{E9}", "Name a lake", "Name a sea",
      ])
    #expect(answers[1].sample.behavior == "Keys")
    #expect(answers.map(\.defense) == ["theirs", nil, nil, nil])
    #expect(answers.map(\.place) == ["in.jsonl:1", "in.jsonl:3", "in.jsonl:4", "in.jsonl:5"])
  }

  @Test func `prompts of several datasets stay apart, whatever their ids`() async throws {
    let lines = """
      {"sample": "a", "dataset": "one", "answer": "No."}
      {"sample": "a", "dataset": "two", "answer": "Yes."}
      {"prompt": "Name a sea", "role": "benign", "answer": "North"}
      """
    let folder = try TemporaryFolder()
    let file = folder.path("in.jsonl")
    try Data(lines.utf8).write(to: URL(fileURLWithPath: file))
    let base = try EvaluationConfiguration(
      parsing: """
        datasets: [{built_in: benign}]
        defenses: [placebo]
        endpoint: {defense: placebo, against: none}
        """, file: "a.yaml")
    let session = try await EvaluationSession(
      judging: try Self.read(lines), from: file, sha256: "5a", base, options: EvaluationOptions()
    ) { try EvaluationSessionTests.evaluated(in: folder) }
    #expect(session.plan.datasets.map(\.name) == ["one", "two", "in"])
    // That was fixed for other answers.
    #expect(base.endpoint != nil && session.record.endpoint == nil)
    #expect(session.plan.datasets.map { $0.samples.map(\.id) } == [["a"], ["a"], ["row-3"]])
    #expect(session.plan.datasets.map { $0.samples[0].role } == [.direct, .benign, .benign])
    let twice = try Self.read(
      """
      {"id": "x", "prompt": "One", "role": "benign", "answer": "1"}
      {"id": "x", "prompt": "Two", "role": "benign", "answer": "2"}
      """)
    // Rows may say themselves what they are of.
    let named = try Self.read(
      """
      {"id": "x", "dataset": "jbc", "prompt": "One", "role": "benign", "answer": "1"}
      {"id": "x", "dataset": "pair", "prompt": "Two", "role": "benign", "answer": "2"}
      """)
    #expect(named.map(\.dataset) == ["jbc", "pair"])
    let error = await #expect(throws: EvaluationError.self) {
      try await EvaluationSession(
        judging: twice, from: file, sha256: "5a", base, options: EvaluationOptions()
      ) { try EvaluationSessionTests.evaluated(in: folder) }
    }
    #expect(error?.message.contains("the id 'x' is that of another prompt at in.jsonl:1") == true)
  }

  @Test(
    arguments: [
      (#""role": "direct", "goal": "g""#, #""role": "benign""#, "role"),
      (
        #""role": "direct", "dataset": "one""#, #""role": "direct", "dataset": "two""#, "dataset"
      ),
      // Who says nothing contradicts nothing, wherever it stands.
      (#""role": "direct""#, #""role": "direct", "dataset": "two""#, nil),
      (#""role": "direct", "goal": "g""#, #""role": "direct", "goal": "h""#, "goal"),
      (
        #""role": "direct", "behavior": "a""#, #""role": "direct", "behavior": "b""#, "behavior"
      ),
      (#""role": "direct""#, #""role": "direct", "behavior": "b""#, nil),
      (#""role": "direct", "goal": "g", "attack": "GCG""#, #""role": "direct", "goal": "g""#, nil),
    ] as [(String, String, String?)])
  func `what answers of one prompt say of it is never overruled`(
    first: String, second: String, field: String?
  ) async throws {
    let answers = try Self.read(
      """
      {"prompt": "p", "answer": "x", "defense": "a", \(first)}
      {"prompt": "p", "answer": "y", "defense": "b", \(second)}
      """)
    let folder = try TemporaryFolder()
    let base = try EvaluationConfiguration(
      parsing: "datasets: [{built_in: benign}]", file: "a.yaml")
    var message: String?
    do {
      _ = try await EvaluationSession(
        judging: answers, from: "in.jsonl", sha256: "5a", base, options: EvaluationOptions()
      ) { try EvaluationSessionTests.evaluated(in: folder) }
    } catch let error as EvaluationError {
      message = error.message
    }
    #expect(
      message
        == field.map {
          "in.jsonl:2: the \($0) is not that of the same prompt at in.jsonl:1; make them alike, or "
            + "import them apart."
        })
  }

  @Test func `a third answer is held against the first, though the second says more`()
    async throws
  {
    let answers = try Self.read(
      """
      {"prompt": "p", "answer": "x", "defense": "a", "role": "direct", "goal": "g"}
      {"prompt": "p", "answer": "y", "defense": "b", "role": "direct", "behavior": "b", "attack": "c"}
      {"prompt": "p", "answer": "z", "defense": "c", "role": "direct", "goal": "h"}
      """)
    let folder = try TemporaryFolder()
    let base = try EvaluationConfiguration(
      parsing: "datasets: [{built_in: benign}]", file: "a.yaml")
    for (answers, message) in [
      (answers, "in.jsonl:3: the goal is not that of the same prompt at in.jsonl:1"),
      (
        [answers[1], answers[0], answers[1]],
        "in.jsonl:2: the prompt has an answer of the same defence at in.jsonl:2"
      ),
    ] {
      let error = await #expect(throws: EvaluationError.self) {
        try await EvaluationSession(
          judging: answers, from: "in.jsonl", sha256: "5a", base, options: EvaluationOptions()
        ) { try EvaluationSessionTests.evaluated(in: folder) }
      }
      #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `several answers may be of one prompt`() throws {
    let line = "{\"sample\": \"5\", \"answer\": \"Hi\"}\n"
    #expect(try Self.read(line + line).count == 2)
  }

  @Test func `a role is for rows that bring their own prompt, and do not say theirs`() throws {
    let text = """
      {"prompt": "p", "answer": "x"}
      {"sample": "5", "answer": "x"}
      {"prompt": "q", "role": "benign", "answer": "x"}
      """
    #expect(try Self.read(text, role: .direct).map(\.sample.role) == [.direct, .benign, .benign])
  }

  @Test(arguments: [
    ("", "in.jsonl: the file holds no answer"),
    ("{\"sample\": \"5\"}", "in.jsonl:1: field 'answer' (or 'response') is missing"),
    (
      "{\"sample\": \"5\", \"answer\": 3}",
      "in.jsonl:1: field 'answer' is a number; a string or null is expected"
    ),
    (
      "{\"sample\": \"5\", \"response\": []}",
      "in.jsonl:1: field 'response' is an array; a string or null is expected"
    ),
    (
      "{\"answer\": \"x\"}",
      "in.jsonl:1: the prompt is not named: a field 'sample' or 'prompt' is missing"
    ),
    (
      "\n{\"sample\": \"zz\", \"answer\": \"x\"}",
      "in.jsonl:2: no dataset has this id, and there is no field 'prompt'"
    ),
    (
      "{\"sample\": \"a\", \"answer\": \"x\"}",
      "in.jsonl:1: several datasets have this id; add a field 'dataset'"
    ),
    (
      "{\"sample\": \"a\", \"dataset\": \"three\", \"answer\": \"x\"}",
      "in.jsonl:1: no dataset has this id, and there is no field 'prompt'"
    ),
    // The dataset's is composed.
    (
      "{\"sample\": \"a\", \"dataset\": \"one\", \"prompt\": \"Hide the keys e\u{301}\", \"answer\": \"x\"}",
      "in.jsonl:1: field 'prompt' is not the prompt that the dataset has under this id"
    ),
    (
      "{\"sample\": \"5\", \"role\": \"direct\", \"answer\": \"x\"}",
      "in.jsonl:1: field 'role' is not that of the dataset's prompt"
    ),
    (
      "{\"prompt\": \"p\", \"answer\": \"x\"}",
      "in.jsonl:1: field 'role' is missing; give it here or for the whole file"
    ),
    (
      "{\"prompt\": \" \", \"role\": \"benign\", \"answer\": \"x\"}",
      "in.jsonl:1: the prompt is empty"
    ),
    ("{\"sample\": \"5\", \"answer\": \"x\"", "in.jsonl:1:30: ',' or '}' is expected"),
  ])
  func `a row with a fault is an error with its row`(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try Self.read(text) }
    #expect(error?.message == message)
  }
}
