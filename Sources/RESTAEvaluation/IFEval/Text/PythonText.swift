/// A text as Python sees it: a sequence of Unicode scalars, compared one by one.
///
/// Swift's own strings would find no line feed in a CR LF and no letter under a combining mark.
struct PythonText: Sendable, Hashable {
  var scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

  /// `separator.join(parts)`.
  init(joining parts: [PythonText], separator: Unicode.Scalar) {
    scalars = Array(parts.map(\.scalars).joined(separator: [separator]))
  }

  /// Whether it is empty or all white space.
  var isBlank: Bool { scalars.allSatisfy(\.isPythonSpace) }

  /// `str.strip`.
  func trimmed() -> PythonText { trimmed(where: \.isPythonSpace) }

  /// `str.strip` of other characters.
  func trimmed(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    trimmedStart(where: isTrimmed).trimmedEnd(where: isTrimmed)
  }

  /// `str.lstrip`.
  func trimmedStart(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    PythonText(scalars.drop(while: isTrimmed))
  }

  /// `str.rstrip`.
  func trimmedEnd(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    let end = scalars.lastIndex { !isTrimmed($0) }.map { $0 + 1 } ?? 0
    return PythonText(scalars[..<end])
  }

  /// `str.split` at a text that is not empty; empty parts stay.
  func split(separator: String) -> [PythonText] {
    let wanted = Array(separator.unicodeScalars)
    var parts: [PythonText] = []
    var start = 0
    for found in starts(of: wanted) where found >= start {
      parts.append(PythonText(scalars[start..<found]))
      start = found + wanted.count
    }
    parts.append(PythonText(scalars[start...]))
    return parts
  }

  /// `str.split` without an argument: the runs between white space.
  func words() -> [PythonText] {
    scalars.split(whereSeparator: \.isPythonSpace).map(PythonText.init)
  }

  /// `str.replace(character, "")`.
  func removing(_ character: Unicode.Scalar) -> PythonText {
    PythonText(scalars.filter { $0 != character })
  }

  /// `text in self`.
  func contains(_ text: String) -> Bool { !starts(of: Array(text.unicodeScalars)).isEmpty }

  /// `str.startswith`.
  func starts(with prefix: PythonText) -> Bool { scalars.starts(with: prefix.scalars) }

  /// `str.endswith`.
  func ends(with suffix: PythonText) -> Bool {
    scalars.count >= suffix.scalars.count
      && scalars.suffix(suffix.scalars.count) == suffix.scalars[...]
  }

  /// `str.removeprefix`.
  func removingPrefix(_ prefix: String) -> PythonText {
    let prefix = PythonText(prefix)
    return starts(with: prefix) ? PythonText(scalars.dropFirst(prefix.scalars.count)) : self
  }

  /// `str.removesuffix`.
  func removingSuffix(_ suffix: String) -> PythonText {
    let suffix = PythonText(suffix)
    return ends(with: suffix) ? PythonText(scalars.dropLast(suffix.scalars.count)) : self
  }

  /// Where a text begins, overlaps included.
  func starts(of wanted: [Unicode.Scalar]) -> [Int] {
    guard let first = wanted.first, wanted.count <= scalars.count else { return [] }
    return (0...scalars.count - wanted.count).filter {
      scalars[$0] == first && scalars[$0..<$0 + wanted.count] == wanted[...]
    }
  }
}

/// Python's rules of upper and lower case.
extension PythonText {
  /// `str.isupper`: something has a case, and nothing is lower or title case.
  var isUpper: Bool {
    scalars.contains(where: \.isPythonUpper)
      && !scalars.contains { $0.isPythonLower || $0.isPythonTitle }
  }

  /// `str.islower`: something has a case, and nothing is upper or title case.
  var isLower: Bool {
    scalars.contains(where: \.isPythonLower)
      && !scalars.contains { $0.isPythonUpper || $0.isPythonTitle }
  }

  /// `str.lower`: the full mapping, with the final form of sigma.
  func lowercased() -> PythonText {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\u{3A3}" {
        result.append(isFinal(index) ? "\u{3C2}" : "\u{3C3}")
      } else if scalar.isASCII {
        result.append(scalar.pythonCaseFolded)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return PythonText(result)
  }

  /// Unicode's Final_Sigma: behind a cased letter, and before none.
  private func isFinal(_ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}

/// Python's classes of characters, which the rules are defined by.
extension Unicode.Scalar {
  /// What `str.isspace`, `str.strip`, `str.split` and `\s` take as white space.
  var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

  /// `\w`: letters, everything with a numeric value, and the underscore; no combining marks.
  var isPythonWord: Bool {
    if self == "_" { return true }
    if isASCII { return properties.isAlphabetic || ("0"..."9").contains(self) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return properties.numericType != nil
    }
  }

  /// `\d`: the decimal digits of all scripts.
  var isPythonDigit: Bool { properties.generalCategory == .decimalNumber }

  /// `str.isupper` of one character.
  var isPythonUpper: Bool { properties.isUppercase }

  /// `str.islower` of one character.
  var isPythonLower: Bool { properties.isLowercase }

  /// Upper case and title case, which `str.islower` forbids.
  var isPythonTitle: Bool { properties.generalCategory == .titlecaseLetter }

  /// What a case-insensitive search compares: one character in lower case, and those that Python's
  /// `re` takes as equal though their lower case differs.
  var pythonCaseFolded: Unicode.Scalar {
    if isASCII { return ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) + 32) : self }
    switch value {
    case 0x131: return "i"
    case 0x17F: return "s"
    case 0xB5: return "\u{3BC}"
    case 0x3C2: return "\u{3C3}"
    default: return properties.lowercaseMapping.unicodeScalars.first ?? self
    }
  }
}

/// Finds a keyword in a text, whatever its case.
struct KeywordPattern: Sendable, Hashable {
  private let wanted: [Unicode.Scalar]

  init(_ keyword: String) {
    wanted = keyword.unicodeScalars.map(\.pythonCaseFolded)
  }

  /// How often the keyword occurs, without overlaps; inside other words too.
  func count(in text: PythonText) -> Int {
    var count = 0
    var next = 0
    for start in starts(in: text) where start >= next {
      count += 1
      next = start + wanted.count
    }
    return count
  }

  /// Whether the keyword occurs between word boundaries.
  func isWord(in text: PythonText) -> Bool {
    starts(in: text).contains {
      text.isWordBoundary($0) && text.isWordBoundary($0 + wanted.count)
    }
  }

  private func starts(in text: PythonText) -> [Int] {
    PythonText(text.scalars.map(\.pythonCaseFolded)).starts(of: wanted)
  }
}

extension PythonText {
  /// `\b`: whether exactly one of the characters beside an index is of a word.
  func isWordBoundary(_ index: Int) -> Bool {
    let before = index > 0 && scalars[index - 1].isPythonWord
    let after = index < scalars.count && scalars[index].isPythonWord
    return before != after
  }
}
