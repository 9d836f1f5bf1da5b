import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Reading bodies") struct BodyReaderTests {
  private static func read(_ text: String) throws(APIError) -> JSONValue {
    try BodyFields.body(Array(#"{"v": \#(text)}"#.utf8))["v"].value
  }

  private static func error(_ bytes: [UInt8]) -> APIError? {
    Reading.error { () throws(APIError) in try BodyFields.body(bytes) }
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
      ("-0", .integer(0)), ("-12", .integer(-12)), ("5.0", .integer(5)), ("1e2", .integer(100)),
      ("1.5", .number(1.5)), ("2.5E-3", .number(0.0025)), ("1e-999", .integer(0)),
      ("9223372036854775807", .integer(0x7FFF_FFFF_FFFF_FFFF)),
      ("-9223372036854775808", .integer(-0x8000_0000_0000_0000)),
      ("18446744073709551615", .integer(0xFFFF_FFFF_FFFF_FFFF)),
      ("18446744073709551616", .number(0x1p64)), ("-9223372036854775809", .number(-0x1p63)),
      ("9007199254740991.0", .integer(0x1F_FFFF_FFFF_FFFF)),
      ("9007199254740993.0", .number(0x1p53)), ("1e17", .number(1e17)),
      (#""a\"\\\/\b\f\n\r\té""#, .string("a\"\\/\u{8}\u{C}\n\r\t\u{E9}")),
      (#""\u0041\u00e9\uD83D\ude42\u0000""#, .string("A\u{E9}\u{1F642}\0")),
      ("[1, [ ] ,{}]", .array([.integer(1), .array([]), .object(JSONObject())])),
    ] as [(String, JSONValue)])
  func `a value is read`(text: String, value: JSONValue) throws {
    #expect(try Self.read(text) == value)
  }

  @Test(arguments: [
    ("", "is empty"), (" \n", "is empty"), ("[]", "not an array"), ("\"a\"", "not a string"),
    ("5", "not an integer"), ("null", "not null"), ("{} {}", "at byte 3, nothing is expected"),
    ("{", "at byte 1, a key in quotes"), ("{\"a\": 1,}", "at byte 8, a key in quotes"),
    ("{\"a\" 1}", "at byte 5, ':'"), ("{\"a\": 1 \"b\": 2}", "at byte 8, ',' or '}'"),
    ("{\"a\": [1 2]}", "at byte 9, ',' or ']'"), ("{\"a\": [1,]}", "at byte 9, a value"),
    ("{\"a\": tru}", "at byte 6, a value"), ("{\"a\": nan}", "at byte 6, a value"),
    ("{'a': 1}", "at byte 1, a key in quotes"), ("{\"a\": 01}", "at byte 7, ',' or '}'"),
    ("{\"a\": -}", "at byte 7, a digit"), ("{\"a\": 1.}", "at byte 8, a digit"),
    ("{\"a\": 1e}", "at byte 8, a digit"), ("{\"a\": +1}", "at byte 6, a value"),
    ("{\"a\": 1e999}", "at byte 6, the number is out of range"),
    ("{\"a\": -1e999}", "at byte 6, the number is out of range"),
    ("{\"a\": \"b", "at byte 8, the text ends inside a string"),
    ("{\"a\": \"\n\"}", "at byte 7, a control character"),
    ("{\"a\": \"\0\"}", "at byte 7, a control character"), ("\0", "looks like UTF-16"),
    (#"{"a": "\x"}"#, "at byte 7, this escape"), (#"{"a": "\"#, "at byte 7, this escape"),
    (#"{"a": "\u12g4"}"#, "at byte 7, four hexadecimal digits"),
    (#"{"a": "\u12"#, "at byte 7, four hexadecimal digits"),
    (#"{"a": "\ud800"}"#, "at byte 7, half of a surrogate pair"),
    (#"{"a": "\ud800\u0041"}"#, "at byte 7, half of a surrogate pair"),
    (#"{"a": "\ud800\ud800"}"#, "at byte 7, half of a surrogate pair"),
    (#"{"a": "\ud800\n"}"#, "at byte 7, half of a surrogate pair"),
    (#"{"a": "\udc00"}"#, "at byte 7, half of a surrogate pair"),
    (#"{"a": 1, "b": 2, "a": 1}"#, "at byte 17, this key occurs twice"),
    (#"{"a": 1, "\u0061": 1}"#, "at byte 9, this key occurs twice"),
    (#"{"v": [{"b": 1, "b": null}]}"#, "at byte 16, this key occurs twice"),
    ("{}\u{FEFF}", "at byte 2, nothing is expected"),
  ])
  func `what is no JSON object is refused with its place`(text: String, part: String) throws {
    let error = try #require(Self.error(Array(text.utf8)), "\(text) was read")
    #expect(error.status == 400 && error.type == "invalid_request_error")
    #expect(error.message.contains(part), "\(text): \(error.message)")
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFE, 0xFF],
    ] as [[UInt8]])
  func `bytes that are no UTF-8 are refused`(bytes: [UInt8]) throws {
    let body = Array(#"{"v": ""#.utf8) + bytes + Array(#""}"#.utf8)
    #expect(Self.error(body)?.message == "The body is not valid UTF-8.")
  }

  @Test func `a byte order mark in front of a body is no part of it`() throws {
    #expect(try BodyFields.body(Array("\u{FEFF}{\"v\": 1}".utf8))["v"].value == .integer(1))
  }

  @Test func `a number has 128 characters at most`() throws {
    #expect(try Self.read("0." + String(repeating: "0", count: 125) + "1") == .number(1e-126))
    let long = Array("{\"v\": 0.\(String(repeating: "0", count: 126))1}".utf8)
    #expect(Self.error(long)?.message.contains("more than 128 characters") == true)
  }

  @Test func `keys that look alike are two keys`() throws {
    let object = try BodyFields.body(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
    #expect(object["\u{E9}"].value == .integer(1))
    #expect(object["e\u{301}"].value == .integer(2))
  }

  @Test(arguments: ["[]", #"{"a":}"#])
  func `nesting is read to a depth of 64 and refused beyond`(pair: String) {
    let open = String(pair.dropLast())
    let close = String(pair.suffix(1))
    func nested(_ depth: Int, inside: String) -> [UInt8] {
      let text = String(repeating: open, count: depth) + inside
      return Array("{\"v\": \(text)\(String(repeating: close, count: depth))}".utf8)
    }
    #expect(Self.error(nested(63, inside: "1")) == nil)
    let error = Self.error(nested(64, inside: "1"))
    #expect(error?.message.contains("more than 64 arrays and objects") == true)
    // Neither the end nor a million levels are waited for.
    let many = Array("{\"v\": ".utf8) + Array(String(repeating: open, count: 200_000).utf8)
    #expect(Self.error(many)?.message.contains("more than 64") == true)
  }

  @Test func `hostile bodies of a megabyte are refused or read in time that grows with them`() {
    let size = 250_000
    // Sorted by their classes wherever one is compared.
    let marks = String(repeating: "\u{301}\u{323}", count: size / 4)
    let hostile = [
      #""model": "H""#, #""resta": {"H": 1}"#, #""resta": {"noise": "H"}"#, #""stop": ["H"]"#,
      #""resta": {"prefix": "H"}"#, #""resta": {"tie_rule": "H"}"#, #""modalities": ["H"]"#,
      #""response_format": {"type": "H"}"#, #""messages": [{"role": "user", "content": "H"}]"#,
    ].map { "{\($0.replacing("H", with: marks))}" }
    let bodies = [
      "{\"v\": \(String(repeating: "9", count: size))}",
      "{\"v\": 0.\(String(repeating: "0", count: size))1}",
      "{\"v\": 1e\(String(repeating: "9", count: size))}",
      "{\"v\": [\(String(repeating: "[],", count: size / 3))1]}",
      "{\"\(String(repeating: "\u{301}\u{316}", count: size / 4))\": 1}",
      "{\"v\": \"\(String(repeating: "\\u0301", count: size / 6))\"}",
      "{\(String(repeating: " ", count: size))",
      "{\((0..<size / 10).map { "\"k\($0)\": 1" }.joined(separator: ","))}",
      "{\"resta\": {\"\(String(repeating: "sample", count: size / 6))\": 1}}",
      "{\"resta\": {\"noise\": \"\(String(repeating: "hard", count: size / 4))\"}}",
    ]
    for (index, body) in (hostile + bodies).enumerated() {
      let time = ContinuousClock().measure {
        _ = Reading.error { () throws(APIError) in
          try ChatRequest(body: Array(body.utf8), settings: .tests)
        }
      }
      // Some 0.1 s in a debug build; anything quadratic takes hours.
      #expect(time < .seconds(300), "body \(index) took \(time)")
    }
    for body in hostile {
      #expect(Self.error(Array(body.utf8))?.message.contains("combining marks") == true)
    }
  }

  @Test func `as many combining marks as languages have are read`() throws {
    for count in [1, 3, 128] {
      let text = "a" + String(repeating: "\u{301}", count: count)
      #expect(try Self.read("\"\(text)\"") == .string(text))
    }
    #expect(
      Self.error(Array("{\"v\": [\"a\(String(repeating: "\u{301}", count: 129))\"]}".utf8)) != nil)
  }
}
