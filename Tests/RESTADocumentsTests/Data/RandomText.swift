import RESTADocuments
import RESTATesting

/// Texts, and JSON values, of whatever a reader or writer could trip over.
enum RandomText {
  private static let pieces: [String] = [
    "\"", "\"\"", ",", "\n", "\r", "\r\n", "\\", "/", "\\u0041", "\t", "\0", "\u{1F}", "\u{7F}",
    " ",
    "a", "e", "\u{301}", "e\u{301}", "é", "\u{FEFF}", "\u{2028}", "字", "\u{1F468}\u{200D}\u{1F469}",
    "\u{10FFFF}", "{", "}", "[", "'", "null", "0",
  ]

  /// A text of up to eight pieces, possibly empty.
  static func make(_ generator: inout SeededGenerator) -> String {
    (0..<generator.integer(in: 0...8)).map { _ in generator.element(of: pieces) }.joined()
  }

  /// A value of any shape, whose numbers are finite.
  static func value(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
    switch generator.integer(in: 0...(depth > 0 ? 6 : 4)) {
    case 0: return .null
    case 1: return .bool(generator.chance(0.5))
    case 2: return .integer(Int128(Int64(truncatingIfNeeded: generator.next())))
    // Never whole: whole numbers are read as integers.
    case 3: return .number(Double(generator.integer(in: -999...999)) + 0.5 + 0x1p-20)
    case 4: return .string(make(&generator))
    case 5:
      let count = generator.integer(in: 0...3)
      return .array((0..<count).map { _ in value(&generator, depth: depth - 1) })
    default:
      var members: JSONObject = [:]
      for number in 0..<generator.integer(in: 0...3) {
        members["\(number)" + make(&generator)] = value(&generator, depth: depth - 1)
      }
      return .object(members)
    }
  }

  /// All strings of a value, keys included, as bytes: `==` takes canonically equivalent ones as equal.
  static func bytes(_ value: JSONValue) -> [[UInt8]] {
    switch value {
    case .string(let text): return [Array(text.utf8)]
    case .array(let elements): return elements.flatMap(bytes)
    case .object(let members):
      return members.sorted { $0.key < $1.key }.flatMap { [Array($0.key.utf8)] + bytes($0.value) }
    default: return []
    }
  }
}
