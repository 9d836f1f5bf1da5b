import RESTATesting
import Testing

@testable import RESTADocuments

@Suite("Comma-separated values") struct CSVTests {
  private static func records(_ text: String) throws -> [CSVReader.Record] {
    try CSVReader.records(of: SourceFile(name: "t.csv", bytes: Array(text.utf8)))
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["a", "b"], ["1", "2"]], [1, 2]),
    ("a,b\r\n1,2", [["a", "b"], ["1", "2"]], [1, 2]),
    (
      "a,b\n\"1\n2\",\"x\"\"y\"\"\"\n3,", [["a", "b"], ["1\n2", "x\"y\""], ["3", ""]], [1, 2, 4]
    ),
    ("\"\",\"\"\n", [["", ""]], [1]),
    (" a , b\t\n", [[" a ", " b\t"]], [1]),
    ("a\n\n\r\nb", [["a"], ["b"]], [1, 4]),
    ("\"a\r\nb\"\r\nc", [["a\r\nb"], ["c"]], [1, 3]),
    ("\u{FEFF}a,b", [["a", "b"]], [1]),
    ("e\u{301},\u{1F642}\n", [["e\u{301}", "\u{1F642}"]], [1]),
    ("", [], []), ("\n\n", [], []), (",", [["", ""]], [1]),
  ])
  func `rows are read byte for byte, with the line on which each begins`(
    text: String, fields: [[String]], lines: [Int]
  ) throws {
    let records = try Self.records(text)
    #expect(
      records.map { $0.fields.map { Array($0.utf8) } } == fields.map { $0.map { Array($0.utf8) } })
    #expect(records.map(\.line) == lines)
  }

  @Test(arguments: [
    (
      "a,b\n1,x\"y\n",
      "t.csv:2: column 2: a quote in a field that does not begin with one; quote the field and double it"
    ),
    (
      "a\n\"x\"y\n",
      "t.csv:2: column 1: text behind the closing quote; double the quotes inside a field"
    ),
    (
      "a\n\"x\ny\n\nz",
      "t.csv:2: column 1: the quote that opens the field is never closed"
    ),
    (
      "a,b\n\"1\n1\",2\r3\n",
      "t.csv:2: column 2: a carriage return outside quotes, without a line feed behind it"
    ),
    (
      "\"x\"\u{301},y\n",
      "t.csv:1: column 1: text behind the closing quote; double the quotes inside a field"
    ),
  ])
  func `quotes and carriage returns out of place are errors with row and column`(
    text: String, message: String
  ) {
    let error = #expect(throws: DocumentError.self) {
      if let fault = try Self.records(text).compactMap(\.fault).first { throw fault }
    }
    #expect(error?.message == message)
  }

  @Test(arguments: [
    ("prompt,ID\n", "t.csv:1: the header has no column 'label'"),
    ("label,x,Label\n", "t.csv:1: columns 1 and 3 have the same name"),
    ("sep=;\nlabel;x\n", "t.csv:1: leave out the line 'sep='"),
    ("la\"bel,x\n", "t.csv:1: column 1: a quote in a field that does not begin with one"),
  ])
  func `a header that does not fit is an error of the file`(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) {
      try DataFile(SourceFile(name: "t.csv", bytes: Array(text.utf8))).require(["label"])
    }
    #expect(error?.message.hasPrefix(message) == true)
  }

  @Test func `a row that does not fit is an error of the row`() throws {
    let text = "label,x\n1,2\n\"a\nb\",2\n1\n1,2,3\n1,b \"c\",d\n1,\"2\"\n"
    let file = try DataFile(SourceFile(name: "t.csv", bytes: Array(text.utf8)))
    let faults = file.rows.map { row in
      if case .failure(let error) = row { error.message } else { "" }
    }
    #expect(
      faults == [
        "", "", "t.csv:5: 1 fields; the header has 2", "t.csv:6: 3 fields; the header has 2",
        "t.csv:7: column 2: a quote in a field that does not begin with one; quote the field and "
          + "double it", "",
      ])
  }

  @Test func `columns are found by name in any case, and missing ones are told apart`() throws {
    let file = try DataFile(SourceFile(name: "t.csv", bytes: Array("Goal,x\nA,\n".utf8)))
    let row = try #require(try file.rows.first?.get())
    #expect(try row.string("GOAL") == "A")
    #expect(try row.optionalString("y") == nil)
    #expect(try row.optionalString("x") == nil, "an empty field is null")
    let error = #expect(throws: DocumentError.self) { try row.string("y") }
    #expect(error?.message == "t.csv:2: field 'y' is missing")
  }

  @Test(arguments: UInt64(0)..<400)
  func `what is written is read back, byte for byte`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let columns = generator.integer(in: 1...4)
    let rows = (0..<generator.integer(in: 1...5)).map { _ in
      (0..<columns).map { _ in RandomText.make(&generator) }
    }
    let text = rows.map(CSVText.row).joined()
    let read = try Self.records(text).map(\.fields)
    let same = read.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } }
    #expect(same, "seed \(seed): \(rows) became \(read)")
  }
}
