/// Writes JSON on one line: the same bytes on every platform.
package enum JSONText {
  /// An object, its keys in the given order.
  package static func object(_ members: [(String, JSONValue)]) -> String {
    "{" + members.map { string($0) + ": " + value($1) }.joined(separator: ", ") + "}"
  }

  /// A value, the keys of its objects in the order of their bytes.
  ///
  /// JSON has no number that is not finite; such a one becomes `null`.
  package static func value(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): number.isFinite ? String(number) : "null"
    case .string(let text): string(text)
    case .array(let elements): "[" + elements.map(self.value).joined(separator: ", ") + "]"
    case .object(let members): object(members.map { ($0.key, $0.value) })
    }
  }

  package static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ": result += escape(scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// An escape of at most four digits.
  package static func escape(_ unit: some UnsignedInteger) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension JSONValue {
  /// What it is, for errors; never its content, which may be a prompt.
  package var kindInWords: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer, .number: "a number"
    case .string(let text): text.isEmpty ? "an empty string" : "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// A string, or `null` where there is none.
  package static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// A number, or `null`.
  package static func count(_ number: Int?) -> JSONValue {
    number.map { .integer(Int128($0)) } ?? .null
  }
}
