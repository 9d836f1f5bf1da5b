/// How the rules read text: as words, without case and accents.
struct RefusalLanguage: Sendable {
  /// A word, and where it begins in the answer, in Unicode scalars.
  typealias Word = (text: String, offset: Int)
  /// A character of an answer and where it stands.
  typealias Sign = (scalar: Unicode.Scalar, offset: Int)

  private var folds: [Unicode.Scalar: Unicode.Scalar] = [:]
  private var readings: [String: [String]] = [:]

  /// Reads characters as others.
  mutating func fold(_ characters: Substring, as plain: Substring) {
    for (character, plain) in zip(characters.unicodeScalars, plain.unicodeScalars) {
      folds[character] = plain
    }
  }

  /// Reads a word as other words.
  mutating func read(_ word: Substring, as words: Substring) {
    readings[String(word)] = words.split(separator: " ").map(String.init)
  }

  /// The words of a text of the rules.
  func words(of text: Substring) -> [String] {
    words(of: text.unicodeScalars.map { ($0, 0) }).map(\.text)
  }

  /// The words of a sentence; each character of Chinese, Japanese and Korean is one.
  func words(of signs: [Sign]) -> [Word] {
    let folded: [Sign] = signs.filter { !Self.isMark($0.scalar) }
      .map { (folds[$0.scalar] ?? $0.scalar, $0.offset) }
    var words: [Word] = []
    var place = 0
    while place < folded.count {
      let first = folded[place]
      var word = String.UnicodeScalarView()
      while place < folded.count, Self.isLetter(folded[place].scalar) || joins(folded, place, word)
      {
        word.append(folded[place].scalar)
        place += 1
      }
      if !word.isEmpty {
        words += reading(String(word)).map { ($0, first.offset) }
      } else {
        if Self.isIdeograph(first.scalar) { words.append((String(first.scalar), first.offset)) }
        place += 1
      }
    }
    return words
  }

  /// Whether an apostrophe stands between letters.
  private func joins(_ signs: [Sign], _ place: Int, _ word: String.UnicodeScalarView) -> Bool {
    signs[place].scalar == "'" && !word.isEmpty && place + 1 < signs.count
      && Self.isLetter(signs[place + 1].scalar)
  }

  /// `can't` is `can not`, and where nothing is known of a word its apostrophe parts it.
  private func reading(_ word: String) -> [String] {
    if let known = readings[word] { return known }
    if word.hasSuffix("n't") { return [String(word.dropLast(3)), "not"] }
    return word.split(separator: "'").map(String.init)
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    (0x300..<0x370).contains(scalar.value)
  }

  /// Whether a character is a part of words of letters.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0xD7, 0xF7: false
    default: (0xC0..<0x250).contains(scalar.value) || (0x300..<0x2000).contains(scalar.value)
    }
  }

  /// Whether a character is a word of its own.
  static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30FB: false
    case 0x2E80..<0x3000, 0x3040..<0xA000, 0xAC00..<0xD7B0, 0xF900..<0xFB00, 0x20000..<0x40000: true
    default: false
    }
  }
}
