import RESTATesting
import Testing

@testable import RESTADocuments

@Suite("JSON Lines") struct JSONLinesTests {
  private static func read(_ text: String) throws -> [DataRow] {
    try DataFile(SourceFile(name: "t.jsonl", bytes: Array(text.utf8))).rows.map { try $0.get() }
  }

  @Test func `each object has its row, and blank lines are skipped`() throws {
    let objects = try Self.read("{\"a\": \"1\"}\r\n\n  \t\r\n{\"a\": \"\u{2028}\"}")
    #expect(objects.map(\.place) == ["t.jsonl:1", "t.jsonl:4"])
    #expect(try objects.map { try $0.string("a") } == ["1", "\u{2028}"])
  }

  @Test(arguments: [
    ("{}\n[1]\n", "t.jsonl:2: an object is expected, not an array"),
    ("{}\n\n{\"a\": tru}\n", "t.jsonl:3:7: a value is expected"),
    ("{\"a\":\n1}", "t.jsonl:1:6: the text ends where a value is expected"),
  ])
  func `a row that is no object is an error with its row`(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try Self.read(text) }
    #expect(error?.message == message)
  }

  @Test(arguments: [
    ("{}", "field 'f' is missing"),
    ("{\"f\": null}", "field 'f' is null; a string is expected"),
    ("{\"f\": 1.5}", "field 'f' is a number; a string is expected"),
    ("{\"f\": true}", "field 'f' is true; a string is expected"),
    ("{\"f\": {}}", "field 'f' is an object; a string is expected"),
  ])
  func `a field of the wrong type is named with what it is`(text: String, message: String) throws {
    let fields = try #require(Self.read(text).first)
    let error = #expect(throws: DocumentError.self) { try fields.string("f") }
    #expect(error?.message == "t.jsonl:1: " + message)
  }

  @Test(arguments: UInt64(0)..<300)
  func `what is written is read back, byte for byte`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let texts = (0..<generator.integer(in: 1...5)).map { _ in RandomText.make(&generator) }
    let lines = texts.map { JSONText.object([("t", .string($0)), ("n", .null)]) + "\n" }.joined()
    let read = try Self.read(lines).map { Array(try $0.string("t").utf8) }
    #expect(read == texts.map { Array($0.utf8) }, "seed \(seed): \(lines)")
  }
}
