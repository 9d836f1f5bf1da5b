import Testing

@testable import RESTADocuments

@Suite("Files of rows") struct DataFileTests {
  private static func read(_ text: String, _ name: String) throws -> DataFile {
    try DataFile(SourceFile(name: name, bytes: Array(text.utf8)))
  }

  private static func prompts(_ text: String, _ name: String) throws -> [String] {
    let file = try read(text, name)
    try file.accept(
      file.rows.compactMap {
        do throws(DocumentError) {
          _ = try $0.get().prompt()
          return nil
        } catch {
          return error
        }
      }, skipping: false)
    return try file.rows.map { try $0.get().prompt() }
  }

  /// A dot in a model's name is no ending.
  @Test(arguments: [
    ("data/qwen-0.5b.json", "qwen-0.5b"), ("a/b.c/rows.jsonl.gz", "rows"), ("rows", "rows"),
    ("qwen-0.5b.jsonl.gz", "qwen-0.5b"), ("noise.yaml", "noise"), ("", ""), ("a/", "a"),
  ])
  func `what a file holds is called by its name without folders and last ending`(
    path: String, stem: String
  ) {
    #expect(SourceFile.stem(of: path) == stem)
  }

  /// The same two prompts in every layout that is read.
  @Test(arguments: [
    ("p.json", #"["a, b", "c"]"#), ("p.json", "\u{FEFF}[\"a, b\",\r\n \"c\"]\r\n"),
    ("p.json", #"[{"prompt": "a, b"}, {"prompt": "c", "x": null}]"#),
    ("p", #" [{"Goal": "a, b"}, {"Goal": "c"}]"#),
    ("p.json", #"{"prompts": ["a, b", "c"]}"#),
    ("p.json", #"{"version": 1, "data": [{"question": "a, b"}, {"question": "c"}]}"#),
    (
      "p.json",
      #"{"rows": [{"row_idx": 0, "row": {"text": "a, b"}, "truncated_cells": []}, {"row_idx": 1, "row": {"text": "c"}}]}"#
    ),
    ("p.jsonl", "{\"instruction\": \"a, b\"}\n\n{\"instruction\": \"c\"}\n"),
    ("p.jsonl", "\u{FEFF}{\"prompt\": \"a, b\"}\r\n\u{FEFF}{\"prompt\": \"c\"}\r\n"),
    ("p.txt", "{\"prompt\": \"a, b\"}\n{\"prompt\": \"c\"}"), ("p.ndjson", "\"a, b\"\n\"c\""),
    ("p", "\"a, b\"\n\"c\"\n"),
    ("p.csv", "goal,target\n\"a, b\",\"x\ny\"\nc,z\n"), ("p.txt", "goal,target\n\"a, b\",x\nc,z\n"),
    ("p", "\u{FEFF}\"Prompt\",\"Label\"\r\n\"a, b\",x\r\n\"c\",y\r\n"),
    ("p.csv", "prompt\n\"a, b\"\nc\n"),
    ("p.csv", "id;question\n1;a, b\n2;c\n"), ("p.tsv", "id\ttext\n1\ta, b\n2\tc\n"),
    ("p.tsv", "prompt\na, b\nc\n"), ("p.tsv", "id,text\n1,\"a, b\"\n2,c\n"),
    ("p.csv", "id\tquery\n1\ta, b\n2\tc\n"), ("p.csv", ",prompt\n0,\"a, b\"\n1,c\n"),
    ("p.txt", "\n\na, b\n \nc\n\n"), ("p", "a, b\r\nc"), ("p.csv", "\n\nprompt,x\n\"a, b\",1\nc,2"),
    (
      "p.json", #"[{"prompt": "a, b", "goal": "g", "behavior": "h"}, {"prompt": "c", "goal": "g"}]"#
    ),
    ("p.csv", "x, Goal \n1,\"a, b\"\n2,c\n"),
    ("p.csv", "Index,Goal,Behavior\n0,\"a, b\",x\n1,c,y\n"),
  ])
  func `are read in every layout`(name: String, text: String) throws {
    #expect(try Self.prompts(text, name) == ["a, b", "c"])
  }

  @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}", "\u{C}", "\u{B}", "\u{1C}"])
  func `lines end with line feeds only`(separator: String) throws {
    let line = " a\(separator)b "
    #expect(
      try Self.prompts("\(line)\nc\n", "p.txt").map { Array($0.utf8) } == [
        Array(line.utf8), [0x63],
      ])
    #expect(try Self.prompts("prompt\n\(line)\nc\n", "p.csv") == [line, "c"])
    guard separator.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else { return }
    #expect(try Self.prompts("{\"prompt\": \"\(line)\"}\n{\"prompt\": \"c\"}", "p") == [line, "c"])
  }

  /// What looks like another format, and what is no format: by name, with what to do.
  @Test(arguments: [
    (
      "p.txt", "[INST] hello",
      "p.txt:1:8: nothing is expected behind the value; the file begins like JSON"
    ),
    ("p.json", "[\"a\",]", "p.json:1:6: a value is expected"),
    ("p.json", "{\"prompt\": \"a\"}\n{\"prompt\": \"b\"", "p.json:2:15: ',' or '}' is expected"),
    (
      "p", "{\n\"prompt\": \"a\"\n}\n{\n\"prompt\": \"b\"\n}",
      "p:4:1: nothing is expected behind the value"
    ),
    ("p.json", "hello\nyou\n", "p.json:1:1: a value is expected"),
    ("p.jsonl", "hello\nyou\n", "p.jsonl:1:1: a value is expected"),
    ("p.json", "goal,target\na,b\n", "p.json:1:1: a value is expected"),
    ("p.json", "{'prompt': 'a'}", "p.json:1:2: a key in quotes is expected"),
    ("p.txt", "hello\n{\"prompt\": \"a\"}\n", "p.txt:2: JSON among lines of plain text"),
    (
      "p.txt", "id,category\n1,2\n",
      "p.txt:1: this looks like a table's header, and names no column"
    ),
    ("p.txt", "name;kind\n", "p.txt:1: this looks like a table's header"),
    ("p.txt", "| prompt | x |\n|---|---|\n| a | b |\n", "p.txt:1: a table with '|'"),
    ("p.txt", "a\rb\rc", "p.txt:1: a carriage return without a line feed"),
    ("p.yaml", "- prompt: a\n", "p.yaml: YAML is no list of rows here"),
    ("p.csv", "id,name\n1,2\n", "p.csv:2: there is no prompt: a field 'prompt', 'instruction'"),
    (
      "p.csv", "prompt,question\na,b\n", "p.csv:2: 'prompt' and 'question' could each be the prompt"
    ),
    ("p.json", #"[{"text": "a", "query": "b"}]"#, "p.json:1: [0]: 'query' and 'text' could each"),
    ("p.json", #"{"train": [], "test": []}"#, "p.json: 'train' and 'test' are lists; keep the one"),
    (
      "p.json", #"{"goal": "Pick a lock", "prompts": ["p1", "p2"]}"#,
      "p.json: 'goal' and 'prompts' both hold prompts; keep one"
    ),
    ("p", #"{"data": ["a"], "Prompt": "b"}"#, "p: 'Prompt' and 'data' both hold prompts"),
    (
      "p.json", #"{"messages": [{"role": "user", "content": "a"}]}"#, "p.json:1: there is no prompt"
    ),
    (
      "p.json", #"{"prompt": {"0": "a"}}"#,
      "p.json:1: field 'prompt' is an object; a string is expected"
    ),
    (
      "p.json", #"{"goal": ["a", "b"]}"#, "p.json:1: field 'goal' is an array; a string is expected"
    ),
    ("p.json", "[null]", "p.json:1: [0]: an object is expected, not null"),
    (
      "p.json", #"["a", "", "b"]"#,
      "p.json:1: [1]: the prompt is empty\n1 of 3 rows of p.json cannot be read; --skip"
    ),
    ("p.json", #"[{"prompt": "a"}, {"prompt": null}]"#, "p.json:1: [1]: field 'prompt' is null"),
    ("p.csv", "prompt,x\n,1\na,2\n", "p.csv:2: the prompt is empty"),
    (
      "p.csv", "prompt,x\n  ,1\na,2\nb\n",
      "p.csv:2: the prompt is empty\n  p.csv:4: 1 fields; the header has 2\n2 of 3"
    ),
    (
      "p.json", #"[{"instruction": "a", "input": "b"}, {"instruction": "c", "input": ""}]"#,
      "p.json:1: [0]: 'input' holds more of the prompt"
    ),
    ("p.csv", "prompt,context\na,b\nc,\n", "p.csv:2: 'context' holds more of the prompt"),
    (
      "p.jsonl", #"{"prompt": "hi", "system": "You are a pirate"}"#,
      "p.jsonl:1: 'system' holds more of the prompt; write all of it into 'prompt', or name it once"
    ),
    (
      "p.csv", "system_prompt,prompt,suffix\n,a,\nb,c,\n",
      "p.csv:3: 'system_prompt' holds more of the prompt"
    ),
    ("p.csv", "prompt,suffix\na,b\nc,\n", "p.csv:2: 'suffix' holds more of the prompt; write all"),
    (
      "p.json",
      #"{"prompt": "a", "messages": [{"role": "system", "content": "b"}, {"role": "user", "content": "a"}]}"#,
      "p.json:1: 'messages' holds more of the prompt"
    ),
    (
      "p.json", #"{"prompt": "a", "messages": [{"role": "user", "content": "b"}]}"#,
      "p.json:1: 'messages' holds more of the prompt"
    ),
    (
      "p.json", #"{"prompt": "a", "history": [["b", "c"]]}"#,
      "p.json:1: 'history' holds more of the prompt"
    ),
    (
      "p.json", #"{"prompt": "a", "Prompt": "bbb"}"#,
      "p.json:1: 'Prompt' and 'prompt' could each be the prompt; keep one"
    ),
    ("p.txt", "abcdefghijklmnop\nb\u{0}\n", "p.txt:2: there is a zero byte"),
    ("p.csv", "prompt\nabcdefghijklmnop\n\"b\u{0}\"\n", "p.csv:3: column 1: there is a zero byte"),
    (
      "p.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \"cut \\ud83d\"}\n",
      "p.jsonl:2:17: half of a surrogate pair"
    ),
    (
      "p.json", #"{"rows": [{"row_idx": 0, "row": {"text": "a"}, "truncated_cells": ["text"]}]}"#,
      "p.json:1: rows[0]: the viewer that this is from"
    ),
  ])
  func `of other layouts are refused by name`(name: String, text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try Self.prompts(text, name) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test func `may be one object, whose instructions are its own`() throws {
    #expect(try Self.prompts(#"{"prompt": "a", "instructions": [{"id": "b"}]}"#, "p.json") == ["a"])
  }

  @Test func `lose no row for another one's fault, in a list on one line either`() throws {
    let file = try Self.read(
      #"{"data": [{"prompt": "a"}, {"prompt": "\ud83d"}, {"prompt": NaN}, {"prompt": "d ]}"}]}"#,
      "p")
    let texts = file.rows.map { row in (try? row.get()).flatMap { try? $0.prompt() } }
    #expect(texts == ["a", nil, nil, "d ]}"])
    guard case .failure(let error)? = file.rows.dropFirst().first else {
      Issue.record("no fault")
      return
    }
    #expect(error.message == "p:1:40: half of a surrogate pair is no character")
  }

  @Test(arguments: [
    ("p.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \"X\"}\n{\"prompt\": \"c\"}", 2, 13),
    ("p.json", "[\"a\",\n\"X\",\n\"c\"]", 2, 2), ("p.csv", "goal,x\na,\n\"X\",\nc,\n", 3, 2),
    ("p.csv", "goal,x\na,1\n\"\nX\",2\nc,3\n", 4, 1), ("p.txt", "a\nX\nc\n", 2, 1),
  ])
  func `have a fault of encoding in its row alone`(name: String, text: String, line: Int, byte: Int)
    throws
  {
    // é as Windows writes it.
    let bytes = text.utf8.map { $0 == UInt8(ascii: "X") ? 0xE9 : $0 }
    let file = try DataFile(SourceFile(name: name, bytes: bytes, isStrict: false))
    let faults = file.rows.map { row in
      if case .failure(let error) = row { error.message } else { "" }
    }
    #expect(
      faults == [
        "", "\(name):\(line): byte \(byte) of the line is not UTF-8; save the file as UTF-8", "",
      ])
  }

  @Test(arguments: ["", "\n \r\n", "\u{FEFF}"])
  func `may be empty, which their readers refuse`(text: String) throws {
    for name in ["p.txt", "p.csv", "p.json", "p.jsonl", "p"] {
      #expect(try Self.read(text, name).rows.isEmpty)
    }
  }

  @Test func `are never left out as a whole`() throws {
    let file = try Self.read("prompt,x\n1\n2\n", "p.csv")
    let bad = file.rows.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    #expect(throws: DocumentError.self) { try file.accept(bad, skipping: true) }
    #expect(throws: Never.self) { try file.accept([bad[0]], skipping: true) }
    #expect(throws: DocumentError.self) { try file.accept([bad[0]], skipping: false) }
  }

  @Test(arguments: [
    #"{"prompt": "a", "system": "", "history": {}, "conversation": false, "messages": []}"#,
    #"{"prompt": "a", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
    #"{"prompt": "a", "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}"#,
  ])
  func `what says no more than the prompt stands beside it`(row: String) throws {
    let prompts = try Self.prompts(row, "p.jsonl")
    #expect(prompts == ["a"])
  }
}
