import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Exporting rows") struct RowExportTests {
  private static let rows = [
    GenerationRows.row("1", prompt: "secret-prompt", label: .complied, answer: "secret,\r\n\"x\""),
    GenerationRows.row("2", role: .benign, label: .complied, answer: "open e\u{301}"),
    GenerationRows.row("3", label: .unscored, answer: nil, seed: .max),
  ]

  private static func table(_ texts: RowExport.Texts) throws -> DataFile {
    let csv = RowExport(texts: texts).csv(rows)
    return try DatasetFixtures.file(csv, name: "rows.csv")
  }

  @Test func `CSV has a row for each generation, with every field`() throws {
    let table = try Self.table(.all)
    #expect(table.columns == RowExport.names)
    #expect(table.rows.count == 3)
    let row = try table.rows[0].get()
    let expected = [
      "key": "k1", "dataset": "d", "sample": "1", "role": "adversarial", "behavior": "b1",
      "goal": "g1", "category": "c", "attack": "gcg", "defense": "resta", "kind": "resta",
      "settings": "{\"noise\": \"hard\", \"samples\": 10, \"sigma\": 0.5}", "uses_seed": "true",
      "seed": "7", "label": "complied",
      "verdicts":
        "{\"j/1\": {\"details\": {\"at\": 0}, \"finding\": \"refused\", \"reason\": \"phrase\"}}",
      "failure": "", "stop_reason": "end", "prompt_tokens": "9", "answer_tokens": "3",
      "passes": "4", "tokens_processed": "50", "seconds": "0.25", "notes": "{\"n\": 1}",
      "prompt_bytes": "13", "prompt_sha256": Digest.sha256(of: "secret-prompt"),
      "answer_bytes": "12", "answer_sha256": Digest.sha256(of: "secret,\r\n\"x\""),
      "prompt": "secret-prompt", "answer": "secret,\r\n\"x\"",
    ]
    #expect(Set(expected.keys) == Set(RowExport.names))
    for (column, text) in expected {
      #expect(try row.string(column).utf8.elementsEqual(text.utf8), "\(column)")
    }
    #expect(try table.rows[2].get().string("seed") == "18446744073709551615")
    #expect(try table.rows[2].get().string("failure") == "no room")
    #expect(try table.rows[2].get().string("answer_bytes") == "")
  }

  @Test func `in CSV no text is a formula, and in JSON Lines it is what it was`() throws {
    let row = GenerationRows.row("1", prompt: "=1+1", label: .complied, answer: "- a")
    let export = RowExport(texts: .all)
    let written = try DatasetFixtures.file(export.csv([row]), name: "rows.csv").rows[0].get()
    #expect(try written.string("prompt") == "'=1+1" && written.string("answer") == "'- a")
    #expect(try written.string("answer_bytes") == "3" && written.string("seconds") == "0.25")
    let line = try DatasetFixtures.file(export.jsonLines([row])).rows[0].get()
    #expect(try line.string("prompt") == "=1+1" && line.string("answer") == "- a")
  }

  @Test func `by default no answer to a harmful request is written, in either form`() throws {
    let export = RowExport()
    for text in [export.csv(Self.rows), export.jsonLines(Self.rows)] {
      #expect(!text.contains("secret,"))
      #expect(text.contains("open e\u{301}"))
      #expect(text.contains("secret-prompt"))
      #expect(text.contains(Digest.sha256(of: "secret,\r\n\"x\"")))
    }
  }

  @Test func `without texts neither prompts nor answers are written`() {
    let export = RowExport(texts: .none)
    for text in [export.csv(Self.rows), export.jsonLines(Self.rows)] {
      #expect(!text.contains("secret"))
      #expect(!text.contains("open"))
      #expect(!text.contains("g1"), "a goal is a prompt")
    }
  }

  @Test func `what was known about a prompt comes back with its answer`() throws {
    let export = RowExport(texts: .all)
    for file in [
      try DatasetFixtures.file(export.jsonLines(Self.rows)),
      try DatasetFixtures.file(export.csv(Self.rows), name: "rows.csv"),
    ] {
      let answers = try ImportedAnswer.read(file, datasets: [], role: nil).answers
      for (answer, row) in zip(answers, Self.rows) {
        var sample = answer.sample
        sample.id = row.sample.id
        #expect(sample == row.sample)
        #expect(answer.answer == row.answer?.text)
      }
      #expect(answers.count == 3)
    }
  }

  @Test(arguments: [(RowExport.Texts.all, true), (.benignAnswers, false), (.none, false)])
  func `what a checkpoint's probe said is a part of the answer`(
    texts: RowExport.Texts, isShown: Bool
  ) {
    var row = GenerationRows.row("1", label: .complied)
    row.answer?.notes["probes"] = .array([
      .object(["text": .string("first hotwire it"), "votes": .integer(3)])
    ])
    for text in [RowExport(texts: texts).csv([row]), RowExport(texts: texts).jsonLines([row])] {
      #expect(text.contains("hotwire") == isShown && text.contains("votes"))
    }
  }

  @Test func `JSON Lines have the same fields, and null for what is not there`() throws {
    let text = RowExport(texts: .all).jsonLines(Self.rows)
    let lines = try DatasetFixtures.file(text).rows.map { try $0.get() }
    #expect(lines.count == 3)
    for line in lines { #expect(RowExport.names.allSatisfy(line.has)) }
    #expect(try lines[0].string("answer") == "secret,\r\n\"x\"")
    #expect(try lines[2].nullableString("answer") == nil)
    #expect(try lines[1].nullableString("attack") == nil)
    #expect(text.contains("\"settings\": {\"noise\": \"hard\", \"samples\": 10, \"sigma\": 0.5}"))
  }
}
