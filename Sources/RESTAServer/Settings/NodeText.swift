import Yams

extension Node {
  /// A scalar whose type its text decides.
  static func plain(_ text: String) -> Node { Node(text, .implicit, .plain) }

  /// A scalar that is text: plain where nothing else could be read from it, else quoted.
  static func text(_ text: String) -> Node {
    NodeText.isPlain(text) ? .plain(text) : Node(text, .implicit, .doubleQuoted)
  }

  /// The node on one line of YAML.
  var line: String {
    if let sequence { return "[" + sequence.map(\.line).joined(separator: ", ") + "]" }
    guard let scalar else { return "{}" }
    return scalar.style == .doubleQuoted ? NodeText.quoted(scalar.string) : scalar.string
  }

  /// What the node is, for errors.
  var found: String {
    if mapping != nil { return "keys and values" }
    if sequence != nil { return line.count > 60 ? "a list" : line }
    return null != nil ? "nothing" : "'\(scalar?.string ?? "")'"
  }
}

/// Scalars as YAML writes them.
enum NodeText {
  /// A number, whole ones without a fraction.
  static func number(_ value: Double) -> String {
    value.rounded() == value && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  /// Whether a text without quotes is read as that text, in a list too.
  static func isPlain(_ text: String) -> Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let isWord = { (byte: UInt8) in
      letters.contains(byte | 0x20) || digits.contains(byte)
    }
    guard let first = text.utf8.first, isWord(first) || first == UInt8(ascii: "/"),
      text.utf8.allSatisfy({ isWord($0) || "/._-".utf8.contains($0) })
    else { return false }
    let node = Node.plain(text)
    return node.null == nil && node.bool == nil && node.int == nil && node.float == nil
  }

  /// A text in double quotes on one line, with all that a reader could change or not show escaped.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C: quoted += "\\\(Character(scalar))"
      case 0x0A: quoted += "\\n"
      // Controls, line and paragraph separators, and the byte order mark.
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
