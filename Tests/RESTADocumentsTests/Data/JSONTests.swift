import Foundation
import RESTATesting
import Testing

@testable import RESTADocuments

@Suite("JSON") struct JSONTests {
  private static func read(_ text: String) throws -> JSONValue {
    let file = try SourceFile(name: "t.json", bytes: Array(text.utf8))
    return try DataRow.value(of: file.bytes[...], in: file)
  }

  @Test(arguments: [
    ("", "1:1: the text ends where a value"), ("{\n  \"a\": 1,\n  é\n}", "3:3: "),
    ("[\"é字\", nul]", "1:8: a value is expected"), ("{} {}", "1:4: nothing is expected"),
    ("{\"a\": 1, \"a\": 2}", "1:10: this key occurs twice"),
    ("NaN", "1:1: a value is expected"),
  ])
  func `what is no JSON is an error with file, line and column`(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try Self.read(text) }
    #expect(error?.message.hasPrefix("t.json:" + message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: UInt64(0)..<400)
  func `what is written is read back, by this reader and by Foundation's`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let value = RandomText.value(&generator, depth: 3)
    let text = JSONText.value(value)
    let read = try Self.read(text)
    #expect(read == value, "seed \(seed): \(text)")
    #expect(RandomText.bytes(read) == RandomText.bytes(value), "seed \(seed): \(text)")
    let other = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    #expect(RandomText.bytes(other) == RandomText.bytes(value), "seed \(seed): \(text)")
  }

  @Test func `keys are written in order of their bytes, and no number that is not finite`() {
    let value = JSONValue.object([
      "b": .number(.nan), "a": .number(-.infinity), "\u{1F642}": .null, "B": .number(1e300),
    ])
    #expect(
      JSONText.value(value) == "{\"B\": 1e+300, \"a\": null, \"b\": null, \"\u{1F642}\": null}")
  }
}
