import RESTADocuments

/// Shows the characters that a reader could not see, or that would change how others are shown.
///
/// Attacks are made of such characters: a bidirectional override turns a line around, tag characters
/// hide a sentence, and NUL is not even allowed in XML. Control characters become their pictures
/// (`␀`), the others their code point (`⟨U+202E⟩`).
enum VisibleText {
  /// A text in which line ends and tabs stay what they are.
  static func of(_ text: String) -> String { shown(text, keepsLines: true) }

  static func line(_ text: String) -> String { shown(text, keepsLines: false) }

  private static func shown(_ text: String, keepsLines: Bool) -> String {
    // Nearly every text is of printable ASCII, and a page is made of a hundred thousand.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t", keepsLines {
        result.unicodeScalars.append(scalar)
      } else if let picture = picture(scalar) {
        result.unicodeScalars.append(picture)
      } else if isHidden(scalar) {
        result += "⟨U+\(hexadecimal(scalar.value))⟩"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The picture of an ASCII control character, from the block at U+2400.
  private static func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value)
    case 0x7F: "\u{2421}"
    default: nil
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // The two joiners are part of how some scripts and most emoji are spelt.
    case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
    // Fillers, and selectors of variants but for those of emoji; noncharacters, which XML forbids in part.
    default:
      scalar.properties.isDefaultIgnorableCodePoint && !(0xFE00...0xFE0F).contains(scalar.value)
        || scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// How much room a text takes, near enough to lay out a figure or a terminal's table.
enum TextWidth {
  static func columns(_ text: String) -> Int { text.reduce(0) { $0 + $1.terminalColumns } }

  /// Pixels of a sans-serif text, rather too many than too few.
  static func pixels(_ text: String, size: Double) -> Double {
    Double(columns(text)) * size * 0.6
  }

  /// A text of at most so many columns: what is too much goes from the middle, since names of
  /// defences often differ at the end.
  static func shortened(_ text: String, to limit: Int) -> String {
    let line = VisibleText.line(text)
    guard columns(line) > limit else { return line }
    let characters = Array(line)
    var head = "", tail = ""
    for offset in characters.indices {
      let fromHead = offset.isMultiple(of: 2)
      let next = fromHead ? characters[offset / 2] : characters[characters.count - 1 - offset / 2]
      guard columns(head + tail) + columns(String(next)) < limit else { break }
      if fromHead { head.append(next) } else { tail.insert(next, at: tail.startIndex) }
    }
    return head + "…" + tail
  }
}
