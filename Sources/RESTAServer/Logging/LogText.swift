/// Text in a log: whatever a client sends, it is one line, and shows as what it is.
enum LogText {
  /// Text with escapes, in which no quote and no backslash of its own is left alone.
  ///
  /// Escaped are control characters (with them all ends of lines), the invisible ones that can turn the
  /// direction of a terminal's text or hide it, and the line and paragraph separators.
  ///
  /// - Parameters:
  ///   - text: Anything.
  ///   - quote: Whether `"` is escaped too. Default: `true`.
  /// - Returns: The inside of a JSON string, if quotes are escaped.
  static func escaped(_ text: String, quote: Bool = true) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    // By scalars: to Swift, a carriage return with its line feed is one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"" where quote: result += "\\\""
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if isHidden(scalar) {
          for unit in String(scalar).utf16 { result += "\\u" + hexadecimal(unit) }
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// A JSON string.
  static func json(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// A key or a value of the text format: bare where nobody can mistake its end, else in quotes.
  static func word(_ text: String) -> String {
    let escaped = escaped(text)
    let isBare =
      !text.isEmpty && escaped.utf8.elementsEqual(text.utf8)
      && text.unicodeScalars.allSatisfy { $0 != "=" && !$0.properties.isWhitespace }
    return isBare ? text : "\"\(escaped)\""
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  private static func hexadecimal(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
