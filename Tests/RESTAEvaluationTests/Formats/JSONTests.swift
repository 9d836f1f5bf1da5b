import RESTADocuments
import Foundation
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("JSON") struct JSONTests {
  private static func read(_ text: String) throws -> JSONValue {
    try JSONReader.value(of: Array(text.utf8)[...], name: "t.json")
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
      ("-12", .integer(-12)), ("1.0", .integer(1)), ("1e2", .integer(100)), ("1.5", .number(1.5)),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
      ("2.5E-3", .number(0.0025)), ("\"\"", .string("")),
      (#""a\"\\\/\b\f\n\r\tA""#, .string("a\"\\/\u{8}\u{C}\n\r\tA")),
      (#""\u0041\u00e9\ud83d\ude42\u0000""#, .string("A\u{E9}\u{1F642}\0")),
      ("[]", .array([])), ("[1, [ ] ,{}]", .array([.integer(1), .array([]), .object([:])])),
      ("{\"a\":{\"b\":null}}", .object(["a": .object(["b": .null])])),
    ] as [(String, JSONValue)])
  func `a value is read`(text: String, value: JSONValue) throws {
    #expect(try Self.read(text) == value)
  }

  @Test func `strings keep their bytes: composed and decomposed stay apart`() throws {
    let value = try Self.read("[\"\u{E9}\", \"e\u{301}\", \"\\u0065\\u0301\"]")
    #expect(RandomText.bytes(value) == [[0xC3, 0xA9], [0x65, 0xCC, 0x81], [0x65, 0xCC, 0x81]])
  }

  @Test(arguments: [
    ("", "1:1: the text ends where a value is expected"),
    ("{\n  \"a\": 1,\n  é\n}", "3:3: a key in quotes is expected"),
    ("{\"a\": 1,}", "1:9: a key in quotes is expected"),
    ("[1, 2,]", "1:7: a value is expected"),
    ("[\"é字\", nul]", "1:8: a value is expected"),
    ("{\"a\" 1}", "1:6: ':' is expected behind a key"),
    ("{\"a\": 1 \"b\": 2}", "1:9: ',' or '}' is expected"),
    ("[1 2]", "1:4: ',' or ']' is expected"),
    ("{} {}", "1:4: there is text behind the end of the value"),
    ("{\"a\": 1, \"a\": 2}", "1:10: the key occurs twice in its object"),
    ("01", "1:2: there is text behind the end of the value"),
    ("-", "1:2: a digit is expected"), ("1.", "1:3: a digit is expected"),
    ("[1e400]", "1:2: the number is out of range"),
    ("\"a\nb\"", "1:3: a control character inside a string; write it as an escape, such as \\n"),
    ("\"ab", "1:4: the text ends inside a string"),
    (#""\x""#, #"1:2: an unknown escape; write a backslash as \\"#),
    (#""ab\u12g4""#, #"1:4: four hexadecimal digits are expected behind \u"#),
    (#""\ud800""#, "1:2: half of a surrogate pair, which is no character"),
    (#""\ud800\u0041""#, "1:2: half of a surrogate pair, which is no character"),
    (#""\udc00""#, "1:2: half of a surrogate pair, which is no character"),
    (#""\"#, #"1:2: an unknown escape; write a backslash as \\"#),
    ("NaN", "1:1: a value is expected"),
    ("'a'", "1:1: a value is expected"),
  ])
  func `what is no JSON is an error with line and column`(text: String, message: String) {
    let error = #expect(throws: EvaluationError.self) { try Self.read(text) }
    #expect(error?.message == "t.json:" + message)
  }

  @Test func `the depth is limited, before the stack is`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try Self.read(nested(128)) != .null)
    let error = #expect(throws: EvaluationError.self) { try Self.read(nested(100_000)) }
    #expect(error?.message.hasSuffix("more than 128 arrays and objects inside one another") == true)
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
