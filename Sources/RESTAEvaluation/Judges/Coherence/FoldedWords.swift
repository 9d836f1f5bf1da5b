/// A text in lower case, taken apart as Python does it: by Unicode scalars, not by characters.
///
/// Words are arrays of scalars, since Swift's strings would equate different spellings of a letter.
struct FoldedWords {
  private let scalars: [Unicode.Scalar]

  /// Folds a text: Python's `str.lower`.
  init(_ text: String) {
    let original = Array(text.unicodeScalars)
    scalars = original.indices.flatMap { index -> [Unicode.Scalar] in
      let scalar = original[index]
      if scalar == "\u{3A3}" { return [Self.isFinal(index, of: original) ? "\u{3C2}" : "\u{3C3}"] }
      return Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// Runs of letters, digits and underscores: Python's `re.findall(r"\w+", ...)`.
  var alphanumeric: [[Unicode.Scalar]] {
    scalars.split { !Self.isAlphanumeric($0) && $0 != "_" }.map(Array.init)
  }

  /// What stands between white space: Python's `str.split()`.
  var spaced: [[Unicode.Scalar]] {
    scalars.split { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }.map(Array.init)
  }

  /// Python's `str.isalnum` for one scalar: letters, and whatever has a numeric value.
  static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar.properties.numericType != nil
    }
  }

  /// The Unicode standard's rule for the final form of sigma (section 3.13): behind a letter with
  /// case, and not in front of one.
  private static func isFinal(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let behind = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && behind?.properties.isCased != true
  }
}
