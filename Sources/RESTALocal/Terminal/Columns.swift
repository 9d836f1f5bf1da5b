import RESTADocuments

/// Text laid out in columns.
package enum Columns {
  /// How many columns a text takes.
  static func count(_ text: some Sequence<Character>) -> Int {
    text.reduce(0) { $0 + $1.terminalColumns }
  }

  /// The first characters that take at most so many columns together.
  static func fitting(_ text: some Sequence<Character>, _ width: Int) -> [Character] {
    var room = width
    return text.prefix { character in
      room -= character.terminalColumns
      return room >= 0
    }
  }

  /// Text padded on the right, or as it is when it is longer.
  package static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - count(text)))
  }

  /// Text padded on the left, or as it is when it is longer.
  package static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count(text))) + text
  }

  /// Rows of cells as lines, each column but the last as wide as its widest cell.
  package static func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in
      column + 1 == rows[0].count ? 0 : rows.reduce(0) { max($0, count($1[column])) }
    }
    return rows.map { cells in
      zip(cells, widths).map { left($0, $1) }.joined(separator: "  ")
    }
  }

  /// A token's text with white space and control characters made visible.
  package static func visible(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case " ": "·"
      default: printable(scalar)
      }
    }.joined()
  }

  /// Text that cannot move the cursor or change colours; line feeds and tabs stay.
  ///
  /// A model's output, or somebody's prompt, must not drive the terminal.
  package static func harmless(_ text: String) -> String {
    text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? String($0) : printable($0) }.joined()
  }

  private static func printable(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate:
      "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: String(scalar)
    }
  }

  /// Text broken into lines of at most so many columns, at spaces where there are any.
  package static func wrap(_ text: String, width: Int) -> [String] {
    harmless(text).replacing("\t", with: "  ").split(
      separator: "\n", omittingEmptySubsequences: false
    ).flatMap { wrapLine($0, width: width) }
  }

  private static func wrapLine(_ line: Substring, width: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    for (index, word) in line.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      var word = word
      if index > 0, count(current) + 1 + count(word) > width {
        lines.append(current)
        current = ""
      } else if index > 0 {
        current += " "
      }
      while count(word) > width {
        let part = fitting(word, max(2, width))
        lines.append(String(part))
        word = word.dropFirst(part.count)
      }
      current += word
    }
    return lines + [current]
  }

  /// Two texts side by side.
  package static func pair(_ left: String, _ right: String, width: Int) -> [String] {
    let column = (width - 3) / 2
    let (lefts, rights) = (wrap(left, width: column), wrap(right, width: column))
    return (0..<max(lefts.count, rights.count)).map { index in
      let left = index < lefts.count ? lefts[index] : ""
      let right = index < rights.count ? rights[index] : ""
      return "\(Columns.left(left, column)) │ \(right)"
    }
  }
}
