/// Cuts text into the tokens of the sentence splitter: words keep their full stops, other
/// punctuation stands alone.
enum PunktTokenizer {
  /// The tokens of a text.
  static func tokens(of text: ArraySlice<Unicode.Scalar>) -> [PunktToken] {
    text.split(separator: "\n").flatMap(tokens(ofLine:))
  }

  /// Whether a character ends a word and is no part of it; also what may follow the end of a sentence
  /// without a space.
  static func isOutsideWords(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ")", "\"", ";", "}", "]", "*", ":", "@", "'", "(", "{", "[", "!", "?": true
    default: false
    }
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
        if !neverBeginsWord(line[start]) {
          while !endsWord(line, at: index) { index += 1 }
        }
        tokens.append(PunktToken(Array(line[start..<index])))
      }
    }
    return tokens
  }

  private static func neverBeginsWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "(", "\"", "`", "{", "[", ":", ";", "&", "#", "*", "@", ")", "}", "]", "-", ",": true
    default: false
    }
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
