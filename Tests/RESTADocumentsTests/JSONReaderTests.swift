import RESTADocuments
import Testing

@Suite("The reader of JSON")
struct JSONReaderTests {
  private func read(
    _ text: String, limits: JSONReader.Limits = JSONReader.Limits()
  ) throws -> JSONValue {
    try JSONReader.value(of: Array(text.utf8)[...], limits: limits)
  }

  @Test(
    "reads every kind of value",
    arguments: [
      ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
      ("0", .integer(0)), ("-0", .integer(0)), ("1e2", .integer(100)), ("1.5", .number(1.5)),
      ("18446744073709551615", .integer(18_446_744_073_709_551_615)),
      ("-9223372036854775808", .integer(-9_223_372_036_854_775_808)),
      ("18446744073709551616", .number(18_446_744_073_709_551_616)),
      (#""a\u0000\n\ud83d\ude00é""#, .string("a\0\n😀é")),
      (#"[1, {"a": []}]"#, .array([.integer(1), .object(["a": .array([])])])),
    ])
  func values(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(
    "says where the fault is and what is expected",
    arguments: [
      ("", 0, "the text ends where a value"), ("{} {}", 3, "nothing is expected"),
      (#"{"a": "b"#, 8, "ends inside a string"), ("[1,]", 3, "a value is expected"),
      (#"{"a": 1, "b": 2, "a": 1}"#, 17, "this key occurs twice"),
      (#"{"a": 1, "\u0061": 1}"#, 9, "this key occurs twice"),
      ("NaN", 0, "a value is expected"), ("-Infinity", 1, "a digit is expected"),
      ("01", 1, "nothing is expected"), ("1.", 2, "a digit is expected"),
      ("1e999", 0, "out of range"), (#""\ud800x""#, 1, "half of a surrogate pair"),
      ("\"\u{1}\"", 1, "a control character"), (#""\x""#, 1, "not one of JSON's"),
    ])
  func faults(text: String, offset: Int, message: String) {
    #expect {
      try read(text)
    } throws: { error in
      guard let fault = error as? JSONReader.Fault else { return false }
      return fault.offset == offset && fault.message.contains(message)
    }
  }

  @Test("tells keys apart by their bytes, where strings would be equal")
  func canonicalEquivalence() throws {
    let value = try read("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value.object?["\u{E9}"] == .integer(1))
    #expect(value.object?["e\u{301}"] == .integer(2))
  }

  @Test("takes no longer for a key of combining marks than for its length")
  func hostileKey() throws {
    var key = "a"
    for index in 0..<200_000 {
      key.unicodeScalars.append(index.isMultiple(of: 2) ? "\u{301}" : "\u{323}")
    }
    // The reader's own time: a limit of the test's counts what other tests keep it waiting. Tried more than
    // once, because a machine may stand still for as long.
    let isQuick = try (0..<3).contains { _ in
      let start = ContinuousClock.now
      let count = try read("{\"\(key)\": 1}").object?.keys.count
      #expect(count == 1)
      return ContinuousClock.now - start < .seconds(60)
    }
    #expect(isQuick)
  }

  @Test("is bounded in depth", arguments: [("[", "]"), (#"{"a":"#, "}")])
  func depth(open: String, close: String) throws {
    let nested = { (count: Int) in
      String(repeating: open, count: count) + (open == "[" ? "" : "1")
        + String(repeating: close, count: count)
    }
    for limit in [1, 64, 128] {
      _ = try read(nested(limit), limits: .init(depth: limit))
      #expect(throws: JSONReader.Fault.self) {
        try read(nested(limit + 1), limits: .init(depth: limit))
      }
    }
    #expect(throws: JSONReader.Fault.self) { try read(String(repeating: open, count: 1_000_000)) }
  }

  @Test("reads what is no number in JSON where that is asked for")
  func nonFinite() throws {
    let limits = JSONReader.Limits.python
    let lenient = #"{"a": 1, "a": "\ud800"}"#
    #expect(throws: Never.self) { try read(lenient, limits: limits) }
    #expect(throws: JSONReader.Fault.self) { try read(lenient) }
    #expect(
      try read("[Infinity, -Infinity]", limits: limits)
        == .array([.number(.infinity), .number(-.infinity)]))
    guard case .number(let number) = try read("NaN", limits: limits) else {
      Issue.record("NaN is no number")
      return
    }
    #expect(number.isNaN)
  }

  @Test(
    "takes what follows half a surrogate pair for itself, where halves are taken",
    arguments: [
      (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\"x""#, "\u{FFFD}\"x"),
      (#""\ud83d\ud83d\ude42""#, "\u{FFFD}🙂"),
    ])
  func halves(text: String, value: String) throws {
    #expect(try read(text, limits: .python) == .string(value))
  }

  @Test("counts lines and columns in scalars")
  func places() {
    let text = Array("{\n \"é\": x}".utf8)
    #expect {
      try JSONReader.value(of: text[...])
    } throws: { error in
      guard let place = (error as? JSONReader.Fault)?.place(in: text) else { return false }
      return place.line == 2 && place.column == 7
    }
  }

  @Test("skips a byte order mark at the start, and nowhere else")
  func mark() throws {
    #expect(try read("\u{FEFF}[1]") == .array([.integer(1)]))
    #expect(try read("\u{FEFF} {}") == .object([:]))
    #expect(try read("[\"\u{FEFF}\"]") == .array([.string("\u{FEFF}")]))
    for text in ["[\u{FEFF}1]", "\u{FEFF}\u{FEFF}1", "1\u{FEFF}", "\u{FEFF}"] {
      #expect(throws: JSONReader.Fault.self) { try read(text) }
    }
    #expect(throws: JSONReader.Fault.self) { try read("\u{FEFF}1", limits: .python) }
    let text = Array("\u{FEFF}[x]".utf8)
    let fault = #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: text[...]) }
    #expect(fault?.place(in: text).column == 2)
  }

  @Test(
    "names other encodings and containers",
    arguments: [
      ([0xFF, 0xFE, 0x5B, 0, 0x5D, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x5B], "UTF-16"),
      ([0xFF, 0xFE, 0, 0, 0x5B, 0, 0, 0], "UTF-32"), ([0x5B, 0, 0x5D, 0], "looks like UTF-16"),
      (Array("PAR1...".utf8), "Parquet"), ([0x1F, 0x8B, 8, 0], "gzip"),
      (Array("PK\u{3}\u{4}xxxxxxxx".utf8), "workbook"),
      (Array("<!DOCTYPE HTML>".utf8), "HTML"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], name: String) {
    let fault = #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: bytes[...]) }
    #expect(fault?.message.contains(name) == true)
  }

  @Test("reads back what the writer writes")
  func roundTrip() throws {
    let value = JSONValue.object([
      "text": .string("\u{0}\u{1F}\"\\ é 😀 \u{2028}"), "list": .array([.null, .bool(true)]),
      "number": .number(0.1), "integer": .integer(Int128(UInt64.max)),
    ])
    #expect(try read(JSONText.value(value)) == value)
  }
}
