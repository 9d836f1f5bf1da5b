import RESTADocuments
import Testing

@testable import RESTAEvaluation

/// The public formats as they are really passed on: other editions, exports of the hub, other layouts.
@Suite("Variants of datasets") struct DatasetVariantTests {
  private static func roles(
    _ text: String, _ format: DatasetFormat? = nil, name: String, role: Sample.Role? = nil
  ) throws -> [Sample.Role] {
    try DatasetFixtures.read(text, format, role: role, name: name).samples.map(\.role)
  }

  private static let behaviors =
    "Index,Goal,Target,Behavior,Category,Source\n0,Water plants,Sure,Plants,Physical harm,Original\n"

  @Test(arguments: [
    ("data/jbb-benign.csv", Sample.Role.benign), ("benign-behaviors.csv", .benign),
    ("JBB_Benign.CSV", .benign), ("harmful-behaviors.csv", .direct),
  ])
  func `JailbreakBench's behaviors are what the file's name says`(
    name: String, role: Sample.Role
  ) throws {
    #expect(try Self.roles(Self.behaviors, name: name) == [role])
    #expect(try Self.roles(Self.behaviors, name: name, role: .adversarial) == [.adversarial])
  }

  @Test(arguments: [
    ("behaviors.csv", behaviors), ("benign/jbb.csv", behaviors),
    ("benign-and-harmful.csv", behaviors),
    ("benign.csv", behaviors + "1,Pick a lock,Sure,Lock,Fraud,AdvBench\n"),
  ])
  func `JailbreakBench's behaviors need a role where nothing says it`(
    name: String, text: String
  ) throws {
    let error = #expect(throws: DocumentError.self) { try Self.roles(text, name: name) }
    #expect(error?.message.contains("'role: direct' or 'role: benign'") == true)
    #expect(throws: DocumentError.self) {
      try Self.roles(text, .jailbreakBenchBehaviors, name: name)
    }
    #expect(try Self.roles(text, name: name, role: .benign).first == .benign)
  }

  @Test func `JailbreakBench's harmful behaviors are told by the sets that goals are from`() throws
  {
    for source in ["AdvBench", "TDC/HarmBench"] {
      let text = Self.behaviors + "1,Pick a lock,Sure,Lock,Fraud,\(source)\n"
      #expect(try Self.roles(text, name: "jbb.csv") == [.direct, .direct])
    }
  }

  @Test(arguments: [
    "id,prompt,type,label,focus,note\n1,p,homonyms,safe,f,\n2,q,contrast_homonyms,unsafe,f,\n",
    "id,type,prompt,focus,note\n1,homonyms,p,f,\nv2-2,contrast_discr,q,f,\n",
    "id_v1,id_v2,type,prompt,focus\n1,2,privacy_public,p,f\n3,,contrast_privacy,q,f\n",
    "prompt,type\np,safe_targets\nq,contrast_safe_targets\n",
    #"[{"prompt": "p", "focus": "f", "type": "definitions", "note": "", "label": "safe"}, {"prompt": "q", "focus": "f", "type": "contrast_definitions", "note": "", "label": "unsafe"}]"#,
  ])
  func `XSTest's editions`(text: String) throws {
    let file = try DatasetFixtures.file(text, name: "x")
    #expect(try DatasetFormat.detect(file) == .xstest)
    let samples = try DatasetEntries.read(file, format: nil).samples
    #expect(samples.map(\.prompt) == ["p", "q"])
    #expect(samples.map(\.role) == [.benign, .direct])
    #expect(Set(samples.map(\.id)).count == 2)
  }

  @Test(arguments: [
    ("type,prompt,focus\nnew_type,p,f\n", "x:2: there is no 'label', and field 'type' is none of"),
    ("type,prompt,label\ncontrast_discr,p,safe\n", "x:2: fields 'label' and 'type' contradict"),
    ("type,prompt,label\nhomonyms,p,unsafe\n", "x:2: fields 'label' and 'type' contradict"),
  ])
  func `an XSTest row is not guessed`(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try DatasetFixtures.read(text, name: "x") }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  private static let nulls = #"{"num_words": null, "relation": null, "keywords": null}"#

  @Test(arguments: [
    "[\(nulls), {\"num_words\": 300.0, \"relation\": \"at least\", \"keywords\": null}]",
    #"[null, {"num_words": 300, "relation": "at least"}]"#,
    #"["{}", "{\"num_words\": 300, \"relation\": \"at least\"}"]"#,
    #""[{}, {\"num_words\": 300, \"relation\": \"at least\"}]""#,
  ])
  func `IFEval's arguments, as exports write them`(arguments: String) throws {
    for (key, names) in [
      ("1000", #"["punctuation:no_comma", "length_constraints:number_words"]"#),
      ("\"1000\"", #""[\"punctuation:no_comma\", \"length_constraints:number_words\"]""#),
      ("1000.0", #"["punctuation:no_comma", "length_constraints:number_words"]"#),
    ] {
      let row =
        "{\"key\": \(key), \"prompt\": \"p\", \"instruction_id_list\": \(names), \"kwargs\": \(arguments)}"
      for text in [row, "[\(row)]", "{\"rows\": [{\"row_idx\": 0, \"row\": \(row)}]}"] {
        let sample = try #require(try DatasetFixtures.read(text, name: "i").samples.first)
        #expect(sample.id == "ifeval-1000")
        #expect(
          sample.instructions == [
            VerifiableInstruction(id: "punctuation:no_comma", arguments: [:]),
            VerifiableInstruction(
              id: "length_constraints:number_words",
              arguments: ["num_words": .integer(300), "relation": .string("at least")]),
          ])
      }
    }
  }

  @Test(arguments: [
    (#""punctuation:no_dots""#, "{}", "unknown instruction 'punctuation:no_dots'"),
    (#""punctuation:no_comma""#, #"{"keyword": "a"}"#, "instruction 'punctuation:no_comma'"),
    (#""length_constraints:number_words""#, "{}", "instruction 'length_constraints:number_words'"),
    (
      #""length_constraints:number_words""#, #"{"relation": "at least", "num_words": 1.5}"#,
      "instruction"
    ),
    (
      #""punctuation:no_comma""#, #""{'a': None}""#,
      "kwargs[0]: an object is expected, not a string"
    ),
  ])
  func `an instruction that cannot be verified is named before anything runs`(
    name: String, arguments: String, message: String
  ) {
    let text =
      "{\"key\": 1, \"prompt\": \"p\", \"instruction_id_list\": [\(name)], \"kwargs\": [\(arguments)]}"
    let error = #expect(throws: DocumentError.self) { try DatasetFixtures.read(text, name: "i") }
    #expect(error?.message.hasPrefix("i:1: \(message)") == true, "\(error?.message ?? "")")
  }

  @Test func `a row without instructions beside others may have them as null`() throws {
    let instruction = #"{"id": "punctuation:no_comma", "arguments": {}}"#
    let rows = ["null", "[]", "[\(instruction)]"].map {
      #"{"role": "benign", "prompt": "a", "instructions": \#($0)}"#
    }
    let entries = try DatasetFixtures.read(rows.joined(separator: "\n"), name: "f.jsonl")
    #expect(entries.samples.map { $0.instructions?.count } == [nil, nil, 1])
  }

  @Test func `AlpacaEval's rows in other layouts, and instructions that are none of it`() throws {
    let text = "{\"instruction\": \"a\", \"dataset\": \"koala\", \"output\": \"b\"}\n"
    let lines = try DatasetFixtures.read(text + text, name: "a.jsonl")
    #expect(lines.samples.map(\.role) == [.benign, .benign])
    let table = try DatasetFixtures.read("instruction,generator\na,m\n", name: "a.csv")
    #expect(table.samples.map(\.role) == [.benign])
    // Sets of harmful requests have such a field, too.
    let error = #expect(throws: DocumentError.self) {
      try DatasetFixtures.read(#"[{"instruction": "a"}]"#, name: "a.json")
    }
    #expect(error?.message.contains("'role' is missing") == true)
  }

  @Test(arguments: [
    (
      "Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID\nDo it,standard,illegal,,,do_it\n",
      DatasetFormat.harmBench, "illegal", "do_it"
    ),
    (
      "category,source,forbidden_prompt\nillegal,custom,Do it\n", .strongReject, "illegal",
      "strongreject-2"
    ),
  ])
  func `sets of harmful requests are direct`(
    text: String, format: DatasetFormat, category: String, id: String
  ) throws {
    let file = try DatasetFixtures.file(text, name: "h.csv")
    #expect(try DatasetFormat.detect(file) == format)
    let sample = try #require(try DatasetEntries.read(file, format: nil).samples.first)
    #expect(sample.prompt == "Do it" && sample.role == .direct)
    #expect(sample.category == category && sample.id == id)
  }

  @Test func `a context is never left out in silence`() {
    let text = "Behavior,BehaviorID,ContextString\nDo it,a,\nDo it with that,b,That\n"
    let error = #expect(throws: DocumentError.self) {
      try DatasetFixtures.read(text, name: "h.csv")
    }
    #expect(error?.message.hasPrefix("h.csv:3: 'ContextString' holds more of the prompt") == true)
  }

  @Test(arguments: [
    ("goal,target\na,b\n", "a.csv"), ("text\na\n", "a.csv"), ("a\n", "a.txt"),
    ("[\"a\"]", "a.json"),
    ("{\"prompts\": [\"a\"]}", "a.json"),
    ("{\"question\": \"a\"}\n{\"question\": \"b\"}", "a.jsonl"),
  ])
  func `prompts alone need a role, and nothing else`(text: String, name: String) throws {
    #expect(throws: DocumentError.self) { try Self.roles(text, name: name) }
    #expect(try Self.roles(text, name: name, role: .direct).first == .direct)
  }

  @Test func `rows that cannot be read are counted, listed, and left out where that is asked`()
    throws
  {
    let text = """
      {"id": "a", "role": "benign", "prompt": "Name a colour."}
      {"id": "b", "role": "benign", "prompt": "cut \\ud83d here"}
      {"id": "c", "role": "benign", "prompt": "a\\u2028b"}
      {"id": "c", "role": "benign", "prompt": "again"}
      {"id": "d", "role": "benign", "prompt": " "}
      """
    let file = try PromptFile(text, name: "surrogate.jsonl")
    defer { file.remove() }
    let error = #expect(throws: EvaluationError.self) { try Dataset.load(contentsOf: file.path) }
    let message = error?.message ?? ""
    for part in [
      ":2:46: half of a surrogate pair", ":4: the id 'c' occurs twice", ":5: the prompt is empty",
      "3 of 5 rows", "--skip-bad-rows",
    ] { #expect(message.contains(part), "\(message)") }
    let dataset = try Dataset.load(contentsOf: file.path, skipsBadRows: true)
    #expect(dataset.samples.map(\.prompt) == ["Name a colour.", "a\u{2028}b"])
    #expect(dataset.rows == 5 && dataset.nulls == 3 && dataset.badRows.count == 3)
    #expect(
      dataset.gaps.first == "surrogate: 3 of 5 rows of surrogate.jsonl cannot be read, left out:")
    #expect(dataset.gaps.count == 4)
  }

  @Test func `a configuration says that bad rows are left out`() throws {
    let file = try PromptFile(
      "{\"role\": \"benign\", \"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n", name: "bad.jsonl")
    defer { file.remove() }
    for text in [
      "skip_bad_rows: true\ndatasets: [\(file.path)]",
      "datasets: [{file: \(file.path), skip_bad_rows: yes}]",
    ] {
      let configuration = try EvaluationConfiguration(parsing: text, file: "c.yaml")
      #expect(try configuration.read(data: nil, limit: nil).first?.badRows.count == 1)
    }
    let strict = try EvaluationConfiguration(parsing: "datasets: [\(file.path)]", file: "c.yaml")
    #expect(throws: EvaluationError.self) { try strict.read(data: nil, limit: nil) }
    let wrong = #expect(throws: EvaluationError.self) {
      try EvaluationConfiguration(parsing: "datasets: [a]\nskip_bad_rows: maybe", file: "c.yaml")
    }
    #expect(wrong?.message.contains("true or false") == true)
  }

  @Test func `labelled answers are read in every layout, and bad ones named`() throws {
    let row = #"{"text": "No.", "label": "refused", "goal": null, "role": "direct"}"#
    for (name, text) in [
      ("l.csv", "\u{FEFF}Text,Label,goal,role\r\nNo.,refused,,direct\r\n"), ("l.json", "[\(row)]"),
      ("l.jsonl", row), ("m.jsonl", row.replacing("null", with: "\"\"")),
      ("l.tsv", "text\tlabel\tgoal\trole\nNo.\trefused\t\tdirect\n"),
    ] {
      let file = try PromptFile(text, name: name)
      defer { file.remove() }
      let read = try LabelledText.load(contentsOf: file.path)
      #expect(read.texts == [LabelledText(text: "No.", label: .refused, role: .direct)])
    }
    let file = try PromptFile("text,label\na,refused\nb,unscored\n,complied,x\n", name: "bad.csv")
    defer { file.remove() }
    let error = #expect(throws: EvaluationError.self) {
      try LabelledText.load(contentsOf: file.path)
    }
    #expect(error?.message.contains("bad.csv:3: field 'label'") == true)
    let read = try LabelledText.load(contentsOf: file.path, skipsBadRows: true)
    #expect(read.texts.count == 1 && read.badRows.count == 2)
  }

  @Test func `entries of an artifact that are no labelled answer are told`() throws {
    let file = try PromptFile(DatasetFixtures.artifact, name: "labels.json")
    defer { file.remove() }
    let read = try LabelledText.load(contentsOf: file.path)
    #expect(read.texts.map(\.text) == ["Roses"])
    #expect(
      read.badRows == [
        "\(file.path): 1 of 3 entries have no prompt",
        "\(file.path): 1 of 3 entries have no answer or no judgement",
      ])
  }
}
