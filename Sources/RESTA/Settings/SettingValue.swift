/// A value of a setting, before its type is known to fit: what a flag, an environment variable, a YAML
/// file or a JSON body holds, and what is written back into one.
package indirect enum SettingValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int128)
  case number(Double)
  case text(String)
  case list([SettingValue])
  /// Text without quotes: a flag's value, a variable's, or a plain scalar of YAML. The setting that
  /// takes it decides what it is, so that a file named `0123` keeps its zero.
  case plain(String)

  /// The value with plain text read as what it looks like: nothing, yes or no, a number, or text.
  package var resolved: SettingValue {
    guard case .plain(let text) = self else { return self }
    switch text.lowercased() {
    case "", "~", "null": return .null
    // What YAML 1.1 takes for yes and no.
    case "true", "yes", "on": return .bool(true)
    case "false", "no", "off": return .bool(false)
    case ".inf", "+.inf": return .number(.infinity)
    case "-.inf": return .number(-.infinity)
    case ".nan": return .number(.nan)
    default: return Self.number(text) ?? .text(text)
    }
  }

  /// A number as people write one; one with a leading zero is none, for some readers take it for octal.
  private static func number(_ text: String) -> SettingValue? {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard let first = digits.utf8.first, isDigit(first) || first == UInt8(ascii: "."),
      text.utf8.count - digits.utf8.count <= 1
    else { return nil }
    if first == UInt8(ascii: "0"), let second = digits.utf8.dropFirst().first, isDigit(second) {
      return nil
    }
    let plain = text.replacing("_", with: "")
    if let integer = Int128(plain) { return .integer(integer) }
    let isDecimal = digits.utf8.allSatisfy { isDigit($0) || ".eE+-_".utf8.contains($0) }
    return isDecimal ? Double(plain).map { .number($0) } : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  package var isNull: Bool { resolved == .null }

  /// The text of any scalar but `null`, as it was written where that is known.
  package var text: String? {
    switch self {
    case .text(let text): text
    case .plain(let text): isNull ? nil : text
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): Self.text(of: number)
    case .null, .list: nil
    }
  }

  package var bool: Bool? { if case .bool(let flag) = resolved { flag } else { nil } }

  package var integer: Int128? {
    switch resolved {
    case .integer(let integer): integer
    // From 2^53 on it may be the neighbour of what was written: no seed is taken from one.
    case .number(let number) where number.magnitude < 0x1p53: Int128(exactly: number)
    default: nil
    }
  }

  package var number: Double? {
    switch resolved {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  package var list: [SettingValue]? { if case .list(let values) = self { values } else { nil } }

  /// A number as files and messages write it: a whole one without a fraction.
  package static func text(of number: Double) -> String {
    number.rounded() == number && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
  }

  /// What it is, to follow "must be …, not".
  package var found: String {
    switch self {
    case .list(let values):
      let line = "[" + values.map { $0.text ?? "…" }.joined(separator: ", ") + "]"
      return line.count > 60 ? "a list" : line
    default: return text.map { "'\($0)'" } ?? "nothing"
    }
  }
}
