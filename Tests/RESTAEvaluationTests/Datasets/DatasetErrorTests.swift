import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Datasets with faults") struct DatasetErrorTests {
  private static let entry =
    #""goal": "g", "behavior": "b", "category": "c", "prompt": "p", "response": null, "jailbroken": false"#

  private static func artifact(_ entries: String...) -> String {
    #"{"parameters": {"method": "M"}, "jailbreaks": ["# + entries.joined(separator: ", ") + "]}"
  }

  private static let artifacts: [(String, String)] = [
    (
      artifact("{\"index\": 0, \(entry)}", #"{"index": 1, "prompt": 3, "response": null}"#),
      "f:1: jailbreaks[1]: field 'prompt' is a number; a string or null is expected"
    ),
    (
      artifact(#"{"index": 1, "response": null}"#), "f:1: jailbreaks[0]: field 'prompt' is missing"
    ),
    (
      artifact("{\(entry)}"), "f:1: jailbreaks[0]: field 'index' is missing"
    ),
    (
      artifact("{\"index\": 0.5, \(entry)}"),
      "f:1: jailbreaks[0]: field 'index' is a number; a whole number or a text that is not empty is expected"
    ),
    (
      artifact("{\"index\": 0, \(entry)}", "{\"index\": 1, \(entry)}", "{\"index\": 0, \(entry)}"),
      "f:1: jailbreaks[2]: the id '0' occurs twice; the first is at f:1: jailbreaks[0]"
    ),
    (artifact("7"), "f:1: jailbreaks[0]: an object is expected, not a number"),
    (artifact(), "f: the file holds no prompt"),
    (
      artifact(#"{"index": 0, "response": 1}"#),
      "f:1: jailbreaks[0]: field 'response' is a number; a string or null is expected"
    ),
    (
      artifact(#"{"index": 0, "response": null, "prompt": "p", "goal": null}"#),
      "f:1: jailbreaks[0]: field 'behavior' is missing"
    ),
    (
      artifact(#"{"index": 0, "response": null, "jailbroken": "no"}"#),
      "f:1: jailbreaks[0]: field 'jailbroken' is a string; true, false or null is expected"
    ),
    (
      artifact(
        #"{"index": 0, "goal": "", "behavior": "b", "category": "c", "prompt": " \n ", "response": ""}"#
      ),
      "f:1: jailbreaks[0]: the prompt is empty"
    ),
    (#"{"jailbreaks": []}"#, "f: field 'parameters' is missing; name the attack instead"),
    (#"{"parameters": {}, "jailbreaks": []}"#, "f: parameters: field 'method' is missing"),
    (
      #"{"parameters": [], "jailbreaks": []}"#,
      "f: field 'parameters' is an array; an object is expected"
    ),
    (
      #"{"parameters": {"method": "M"}, "jailbreaks": {}}"#,
      "f: field 'jailbreaks' is an object; an array is expected"
    ),
    (#"{"parameters": {"method": "M"}}"#, "f: field 'jailbreaks' is missing"),
    ("[]", "f: an object is expected, not a list"),
    ("{\"parameters\": {},\n  \"jailbreaks\" [", "f:2:16: ':' is expected behind a key"),
  ]

  @Test(arguments: artifacts)
  func `an artifact with a fault`(text: String, message: String) {
    expect(text, .jailbreakBenchArtifact, message)
  }

  @Test(arguments: [
    ("Index,Goal,Behavior\n", "f:1: the header has no column 'Category'"),
    ("Index,Goal,Behavior,Category\n", "f: the file holds no prompt"),
    ("Index,Goal,Behavior,Category\n0,g,b\n", "f:2: 3 fields; the header has 4"),
    ("Index,Goal,Behavior,Category\n0,,b,c\n", "f:2: the prompt is empty"),
    (
      "Index,Goal,Behavior,Category\n0,\"g\n\",b,c\n0,g,b,c\n",
      "f:4: the id '0' occurs twice; the first is at f:2"
    ),
  ])
  func `a table of behaviors with a fault`(text: String, message: String) {
    expect(text, .jailbreakBenchBehaviors, message)
  }

  @Test(arguments: [
    ("id,prompt,label\n", "f:1: the header has no column 'type'"),
    ("id,prompt,type,label,suffix\n1,p,t,safe,x\n", "f:2: 'suffix' holds more of the prompt"),
    ("id,prompt,type,label\n1,p,t,Safe\n", "f:2: field 'label' is neither 'safe' nor 'unsafe'"),
    (
      "id,prompt,type,label\n1,p,t,safe\n1,q,t,unsafe\n",
      "f:3: the id 'xstest-1' occurs twice; the first is at f:2"
    ),
    (
      "id,prompt,type,label\n1,p \"x\",t,safe\n",
      "f:2: column 2: a quote in a field that does not begin with one; quote the field and double it"
    ),
  ])
  func `an XSTest table with a fault`(text: String, message: String) {
    expect(text, .xstest, message)
  }

  @Test(arguments: [
    (
      #"{"key": 1, "prompt": "p", "instruction_id_list": ["punctuation:no_comma"]}"#,
      "f:1: field 'kwargs' is missing"
    ),
    (
      #"{"key": 1, "prompt": "p", "instruction_id_list": ["punctuation:no_comma"], "kwargs": []}"#,
      "f:1: field 'kwargs' has 0 elements; 'instruction_id_list' has 1"
    ),
    (
      #"{"key": 1, "prompt": "p", "instruction_id_list": [1], "kwargs": [{}]}"#,
      "f:1: field 'instruction_id_list[0]' is a number; a string is expected"
    ),
    (
      #"{"key": 1, "prompt": "p", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [1]}"#,
      "f:1: kwargs[0]: an object is expected, not a number"
    ),
    (
      #"{"key": null, "prompt": "p"}"#,
      "f:1: field 'key' is null; a whole number or a text that is not empty is expected"
    ),
    ("\n{\"key\": 1, \"prompt\": null}", "f:2: field 'prompt' is null; a string is expected"),
    ("{\"key\": 1\n", "f:2:1: ',' or '}' is expected"),
    ("", "f: the file holds no prompt"),
  ])
  func `an IFEval file with a fault`(text: String, message: String) {
    expect(text, .ifeval, message)
  }

  @Test(arguments: [
    ("{}", "f:1: field 'instruction' is missing"), ("[]", "f: the file holds no prompt"),
    (#"[{"instruction": "a"}, {}]"#, "f:1: [1]: field 'instruction' is missing"),
    (
      #"[{"instruction": "a", "output": 1}]"#,
      "f:1: [0]: field 'output' is a number; a string or null is expected"
    ),
    (#"[{"instruction": ""}]"#, "f:1: [0]: the prompt is empty"),
    ("[{\"instruction\": \"a\"}\n{}]", "f:2:1: ',' or ']' is expected"),
  ])
  func `an AlpacaEval file with a fault`(text: String, message: String) {
    expect(text, .alpacaEval, message)
  }

  @Test(arguments: [
    (#"{"prompt": "a"}"#, "f:1: field 'role' is missing; give it here or for the whole file"),
    (
      #"{"prompt": "a", "role": "harmful"}"#,
      "f:1: field 'role' is none of 'direct', 'adversarial', 'benign'"
    ),
    (#"{"role": "benign"}"#, "f:1: there is no prompt: a field 'prompt'"),
    (
      #"{"role": "benign", "prompt": "a", "messages": [{"role": "user", "content": "b"}]}"#,
      "f:1: 'messages' holds more of the prompt"
    ),
    (
      #"{"role": "benign", "prompt": "a", "id": ""}"#,
      "f:1: field 'id' is an empty string; a whole number or a text that is not empty is expected"
    ),
    (
      "{\"role\": \"benign\", \"prompt\": \"a\", \"split\": \"test\"}\n{\"role\": \"benign\", \"prompt\": \"b\"}",
      "f:2: some rows have a field 'split' and some have none"
    ),
    (
      "{\"role\": \"benign\", \"prompt\": \"b\"}\n{\"role\": \"benign\", \"prompt\": \"a\", \"split\": \"test\"}",
      "f:2: some rows have a field 'split' and some have none"
    ),
    (
      #"{"role": "benign", "prompt": "a", "split": "dev"}"#,
      "f:1: field 'split' is none of 'development', 'test'"
    ),
    (
      #"{"role": "benign", "prompt": "a", "recorded": "yes"}"#,
      "f:1: field 'recorded' is a string; an object is expected"
    ),
    (
      #"{"role": "benign", "prompt": "a", "recorded": {}}"#,
      "f:1: recorded: field 'text' is missing"
    ),
    (
      #"{"role": "benign", "prompt": "a", "instructions": [{}]}"#,
      "f:1: instructions[0]: field 'id' is missing"
    ),
    (
      "{\"role\": \"benign\", \"prompt\": \"a\", \"id\": 2}\n\n{\"role\": \"benign\", \"prompt\": \"b\", \"id\": \"2\"}",
      "f:3: the id '2' occurs twice; the first is at f:1"
    ),
  ])
  func `a file of our own with a fault`(text: String, message: String) {
    expect(text, .jsonl, message)
  }

  private func expect(
    _ text: String, _ format: DatasetFormat, _ message: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: DocumentError.self, sourceLocation: location) {
      try DatasetFixtures.read(
        text, format, role: format == .jailbreakBenchBehaviors ? .direct : nil)
    }
    let first = error?.message.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix(message), "\(first)", sourceLocation: location)
  }
}
