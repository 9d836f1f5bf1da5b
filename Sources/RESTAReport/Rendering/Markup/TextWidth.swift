import RESTAEvaluation

/// How much room a text takes, near enough to lay out a figure or a terminal's table.
enum TextWidth {
  /// Columns of a terminal: wide East Asian characters and emoji take two.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      let first = character.unicodeScalars.first?.value ?? 0
      let isWide =
        (0x1100...0x115F).contains(first) || (0x2E80...0xA4CF).contains(first)
        || (0xAC00...0xD7A3).contains(first) || (0xF900...0xFAFF).contains(first)
        || (0xFE30...0xFE6F).contains(first) || (0xFF00...0xFF60).contains(first)
        || (0x1F300...0x1FAFF).contains(first) || (0x20000...0x3FFFD).contains(first)
      return sum + (isWide ? 2 : 1)
    }
  }

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
