/// Tells from a text alone that it says nothing: no letters, the same words over and over.
///
/// The rules of `Tools/alignment/alignment/coherence.py`, which made the numbers in
/// `docs/test-model.md`; equal to them on every text, apart from characters that only one of the two
/// languages' Unicode tables knows.
package enum BrokenText {
  /// Texts of so many words or fewer are too short to tell repetition from style.
  static let fewWords = 12
  /// Below this share of different words a text is broken; prose hardly ever is.
  static let leastDistinctShare = 0.35
  /// So many equal short words in a row break a text, as in "! ! ! !".
  static let run = 4
  /// The most characters of a short word.
  static let shortWord = 3

  /// What is wrong with a text.
  package static func fault(of text: String) -> String? {
    guard text.unicodeScalars.contains(where: FoldedWords.isAlphanumeric) else {
      return "there is no letter or digit in it"
    }
    if let share = distinctShare(text), share < leastDistinctShare {
      return "it repeats a few words"
    }
    return hasRun(text) ? "it repeats a short word" : nil
  }

  /// Different words for each word, without regard to case; `nil` for texts too short for that to
  /// mean something.
  static func distinctShare(_ text: String) -> Double? {
    let words = FoldedWords(text).alphanumeric
    return words.count > fewWords ? Double(Set(words).count) / Double(words.count) : nil
  }

  /// Whether a short word comes ``run`` times in a row.
  static func hasRun(_ text: String) -> Bool {
    let words = FoldedWords(text).spaced
    guard words.count >= run else { return false }
    return (0...words.count - run).contains { start in
      words[start].count <= shortWord
        && words[start..<start + run].allSatisfy { $0 == words[start] }
    }
  }
}

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
