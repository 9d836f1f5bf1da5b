/// Writes JSON: in the given order of keys, the same bytes on every platform.
enum JSONText {
  /// An object on one line.
  ///
  /// - Parameter members: Keys and values, in order.
  /// - Returns: The text, without a line end; ``JSONReader`` reads the same values back.
  /// - Complexity: O(bytes).
  static func object(_ members: [(String, JSONValue)]) -> String {
    "{" + members.map { string($0) + ": " + value($1) }.joined(separator: ", ") + "}"
  }

  /// A value on one line, the keys of its objects in order of their bytes.
  ///
  /// JSON has no number that is not finite; such a one becomes `null`.
  ///
  /// - Parameter value: The value.
  /// - Returns: The text.
  /// - Complexity: O(bytes).
  static func value(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): number.isFinite ? String(number) : "null"
    case .string(let text): string(text)
    case .array(let elements): "[" + elements.map(self.value).joined(separator: ", ") + "]"
    case .object(let members):
      object(
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
          .map { ($0.key, $0.value) })
    }
  }

  private static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSONValue {
  /// A string, or `null` where there is none.
  static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
