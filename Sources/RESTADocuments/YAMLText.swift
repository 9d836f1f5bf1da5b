package import RESTA

/// Writes values as YAML, on one line.
package enum YAMLText {
  package static func line(_ value: SettingValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): SettingValue.text(of: number)
    case .plain(let text): text
    case .text(let text): isPlain(text) ? text : quoted(text)
    case .list(let values): "[" + values.map(line).joined(separator: ", ") + "]"
    }
  }

  /// Whether a text without quotes is read as that text, in a list too.
  private static func isPlain(_ text: String) -> Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let isWord = { (byte: UInt8) in
      letters.contains(byte | 0x20) || digits.contains(byte)
    }
    guard let first = text.utf8.first, isWord(first) || first == UInt8(ascii: "/"),
      text.utf8.allSatisfy({ isWord($0) || "/._-".utf8.contains($0) })
    else { return false }
    return SettingValue.plain(text).resolved == .text(text)
  }

  /// A text in double quotes on one line, with all that a reader could change or not show escaped.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C: quoted += "\\\(Character(scalar))"
      case 0x0A: quoted += "\\n"
      // Controls, line and paragraph separators, and the byte order mark.
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        quoted += JSONText.escape(scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
