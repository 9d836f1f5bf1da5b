/// Cuts text into the tokens of the sentence splitter: words keep their full stops, other punctuation stands alone.
enum PunktTokenizer {
  static func tokens(of text: ArraySlice<Unicode.Scalar>) -> [PunktToken] {
    text.split(separator: "\n").flatMap(tokens(ofLine:))
  }

  /// Whether a character ends a word and is no part of it; also what may follow the end of a sentence
  /// without a space.
  static func isOutsideWords(_ scalar: Unicode.Scalar) -> Bool {
    ")\";}]*:@'({[!?".unicodeScalars.contains(scalar)
  }

  private static func tokens(ofLine line: ArraySlice<Unicode.Scalar>) -> [PunktToken] {
    var tokens: [PunktToken] = []
    var index = line.startIndex
    while index < line.endIndex {
      if let end = endOfRun(line, at: index) {
        tokens.append(PunktToken(Array(line[index..<end])))
        index = end
      } else if line[index].isPythonSpace {
        index += 1
      } else {
        let start = index
        index += 1
        // These never begin a word.
        if !"(\"`{[:;&#*@)}]-,".unicodeScalars.contains(line[start]) {
          while !endsWord(line, at: index) { index += 1 }
        }
        tokens.append(PunktToken(Array(line[start..<index])))
      }
    }
    return tokens
  }

  /// Whether a word that began before `index` ends there; a comma ends it only before such an end.
  private static func endsWord(_ line: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
    if isBorder(line, at: index) { return true }
    return line[index] == "," && isBorder(line, at: index + 1)
  }

  private static func isBorder(_ line: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
    guard index < line.endIndex else { return true }
    return line[index].isPythonSpace || isOutsideWords(line[index])
      || endOfRun(line, at: index) != nil
  }

  /// The end of hyphens, of full stops, or of spaced full stops that begin at `index`; at least two
  /// of the first kinds, three of the last.
  private static func endOfRun(_ line: ArraySlice<Unicode.Scalar>, at index: Int) -> Int? {
    let first = line[index]
    guard first == "-" || first == "." else { return nil }
    let end = line[index...].firstIndex { $0 != first } ?? line.endIndex
    if end - index >= 2 { return end }
    return first == "." ? endOfSpacedPeriods(line, at: index) : nil
  }

  private static func endOfSpacedPeriods(_ line: ArraySlice<Unicode.Scalar>, at index: Int) -> Int?
  {
    var count = 1
    var last = index
    while last + 2 < line.endIndex, line[last + 1].isPythonSpace, line[last + 2] == "." {
      last += 2
      count += 1
    }
    return count >= 3 ? last + 1 : nil
  }
}

/// A token of the sentence splitter, and what is known about it.
struct PunktToken {
  /// The token as it stands.
  let text: [Unicode.Scalar]
  /// The token in lower case; every number is the same.
  let type: String
  var isBreak = false
  var isAbbreviation = false

  /// What every number's ``type`` is.
  static let number = "##number##"

  init(_ text: [Unicode.Scalar]) {
    self.text = text
    type = Self.isNumber(text) ? Self.number : Self.lowercased(text[...])
    annotate()
  }

  var endsInPeriod: Bool { text.last == "." }

  /// Two full stops or more.
  var isEllipsis: Bool { text.count > 1 && text.allSatisfy { $0 == "." } }

  /// One letter and a full stop.
  var isInitial: Bool {
    text.count == 2 && text[1] == "." && text[0].isPythonWord && !text[0].isPythonDigit
  }

  var beginsInUpperCase: Bool { text.first?.isPythonUpper == true }
  var beginsInLowerCase: Bool { text.first?.isPythonLower == true }

  /// The type, without the full stop that ends a sentence.
  var typeWithoutBreak: String {
    isBreak && type.count > 1 && type.hasSuffix(".") ? String(type.dropLast()) : type
  }

  /// The first pass: what the token says by itself.
  private mutating func annotate() {
    if text == ["."] || text == ["?"] || text == ["!"] {
      isBreak = true
    } else if text == [".", " ", ".", " ", "."] {
      isAbbreviation = true
    } else if endsInPeriod && text.dropLast().last != "." {
      let word = Self.lowercased(text.dropLast())
      let lastPart = word.split(separator: "-", omittingEmptySubsequences: false).last
      isAbbreviation =
        PunktWords.abbreviations.contains(word)
        || lastPart.map { PunktWords.abbreviations.contains(String($0)) } == true
      isBreak = !isAbbreviation
    }
  }

  /// A digit, with a sign or a separator before it, and digits, separators and signs behind it.
  private static func isNumber(_ text: [Unicode.Scalar]) -> Bool {
    var rest = text[...]
    if rest.first == "-" { rest = rest.dropFirst() }
    if rest.first == "." || rest.first == "," { rest = rest.dropFirst() }
    guard rest.first?.isPythonDigit == true else { return false }
    return rest.allSatisfy { $0.isPythonDigit || $0 == "," || $0 == "." || $0 == "-" }
  }

  private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(PythonText(text).lowercased().scalars))
  }
}

/// What the sentence splitter knows about English words: `Resources/sentence-words.txt`.
enum PunktWords {
  /// Words that are abbreviations before a full stop.
  static let abbreviations = words("abbreviations")
  /// Words that, capitalised, begin a sentence behind an abbreviation or an ellipsis.
  static let starters = words("starters")
  /// Other words that also occur in lower case; all of `starters` but `i` do.
  static let otherLowercase = words("otherLowercase")

  private static let lists = WordList.read(PackageResources.sentence_words_txt)

  private static func words(_ name: String) -> Set<String> {
    lists.first { $0.name == name }?.words ?? []
  }
}
