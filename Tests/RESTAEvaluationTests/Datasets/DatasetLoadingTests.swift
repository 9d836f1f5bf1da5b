import RESTADocuments
import RESTAEvaluation
import Testing

@Suite("Loading dataset files") struct DatasetLoadingTests {
  @Test func `an artifact is called by its attack, and its digest is the file's`() throws {
    let file = try PromptFile(DatasetFixtures.artifact, name: "some-model.v1.json")
    defer { file.remove() }
    let dataset = try Dataset.load(contentsOf: file.path)
    #expect(dataset.name == "XYZ")
    #expect(dataset.source == "some-model.v1.json")
    #expect(dataset.sha256 == Digest.sha256(of: DatasetFixtures.artifact))
    #expect(dataset.samples.map(\.id) == ["4", "8"])
    #expect(dataset.rows == 3)
    #expect(dataset.nulls == 1)
  }

  @Test func `other files are called by their name, or as the caller says`() throws {
    let file = try PromptFile(DatasetFixtures.xstest, name: "xs.part.csv")
    defer { file.remove() }
    #expect(try Dataset.load(contentsOf: file.path).name == "xs.part")
    #expect(try Dataset.load(contentsOf: file.path, name: "mine").name == "mine")
  }

  @Test func `errors name the path as it was given`() throws {
    let file = try PromptFile("{\"prompt\": 1}", name: "wrong.jsonl")
    defer { file.remove() }
    let error = #expect(throws: EvaluationError.self) { try Dataset.load(contentsOf: file.path) }
    #expect(
      error?.message
        == "\(file.path):1: field 'role' is missing; give it here or for the whole file")
    let missing = #expect(throws: EvaluationError.self) { try Dataset.load(contentsOf: "no.json") }
    #expect(missing?.message == "no.json: there is no such file")
  }

  @Test func `an artifact of nulls alone is an error`() throws {
    let text =
      #"{"parameters": {"method": "M"}, "jailbreaks": [{"index": 0, "prompt": null, "response": null}]}"#
    let file = try PromptFile(text, name: "nulls.json")
    defer { file.remove() }
    let error = #expect(throws: EvaluationError.self) { try Dataset.load(contentsOf: file.path) }
    #expect(error?.message == "\(file.path): none of its 1 entries has a prompt")
  }

  @Test func `a selection is made of the data's own split`() throws {
    // Of these clusters, the split by digest would put 'Body shaming' on the development side.
    let lines = """
      {"role": "direct", "prompt": "a", "behavior": "Body shaming", "split": "test"}
      {"role": "direct", "prompt": "b", "behavior": "Defamation", "split": "development"}
      """
    let file = try PromptFile(lines, name: "split.jsonl")
    defer { file.remove() }
    func prompts(_ split: DataSplit?) throws -> [String] {
      try Dataset.load(contentsOf: file.path, selection: DatasetSelection(split: split))
        .samples.map(\.prompt)
    }
    #expect(try prompts(.test) == ["a"])
    #expect(try prompts(.development) == ["b"])
    #expect(try prompts(nil) == ["a", "b"])
  }

  @Test(arguments: DataSplit.allCases)
  func `a split of the data's own with a prompt on both sides is refused`(side: DataSplit) throws {
    let lines = """
      {"role": "benign", "id": "x", "prompt": "a", "split": "test"}
      {"role": "benign", "id": "y", "prompt": "b", "split": "development"}
      {"role": "benign", "id": "z", "prompt": "a", "split": "development"}
      """
    let file = try PromptFile(lines, name: "split.jsonl")
    defer { file.remove() }
    let error = #expect(throws: EvaluationError.self) {
      try Dataset.load(contentsOf: file.path, selection: DatasetSelection(split: side))
    }
    #expect(error?.message.contains("'x' and 'z' are equal") == true, "\(error?.message ?? "")")
    #expect(try Dataset.load(contentsOf: file.path).samples.count == 3)
  }
}
