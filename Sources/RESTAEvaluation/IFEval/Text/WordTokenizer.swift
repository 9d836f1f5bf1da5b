/// Cuts English text into words and punctuation as the Penn Treebank does, in NLTK's variant, which
/// IFEval counts capitalised words with: punctuation and clitics (`'S`, `N'T`) become words.
enum WordTokenizer {
  /// The words of a text, sentence by sentence: the full stop is cut off only at a sentence's end.
  static func words(of text: PythonText) -> [PythonText] {
    SentenceSplitter.sentences(of: text).flatMap { words(ofSentence: $0) }
  }

  private static func words(ofSentence sentence: PythonText) -> [PythonText] {
    var text = SpacedText(sentence.scalars)
    openQuotes(&text)
    punctuation(&text)
    closeQuotes(&text)
    Contractions.split(&text)
    return PythonText(text.scalars).words()
  }

  private static func openQuotes(_ text: inout SpacedText) {
    text.pad("\u{AB}\u{201C}\u{2018}\u{201E}")
    text.padRuns(of: "`", atLeast: 1)
    text.replace { text, index in
      // Behind a space or a bracket, a quotation mark or two apostrophes open.
      guard text[index] == "\"" || isPair("'", in: text, at: index), index > 0 else { return nil }
      switch text[index - 1] {
      case " ", "(", "[", "{", "<": return (text[index] == "'" ? 2 : 1, [" ", "`", "`", " "])
      default: return nil
      }
    }
    text.replace { text, index in
      // An apostrophe before a single letter, unless the two are a clitic.
      guard text[index] == "'", index + 1 < text.count, text[index + 1].isPythonWord,
        index + 2 == text.count || !text[index + 2].isPythonWord
      else { return nil }
      switch text[index + 1].pythonCaseFolded {
      case "m", "t", "s", "d", "n": return nil
      default: return (2, ["'", " ", text[index + 1]])
      }
    }
  }

  private static func punctuation(_ text: inout SpacedText) {
    text.cutFinalPeriod()
    text.replace { text, index in
      // A colon or comma, but not inside a number.
      guard text[index] == ":" || text[index] == "," else { return nil }
      guard index + 1 < text.count else { return (1, [" ", text[index], " "]) }
      let next = text[index + 1]
      return next.isPythonDigit ? nil : (2, [" ", text[index], " ", next])
    }
    text.padRuns(of: ".", atLeast: 2)
    text.pad(";@#$%&?!")
    text.replace { text, index in
      guard text[index] == "'", index > 0, text[index - 1] != "'", index + 1 < text.count,
        text[index + 1] == " "
      else { return nil }
      return (2, [" ", "'", " "])
    }
    text.pad("*[](){}<>")
    text.replace { text, index in
      isPair("-", in: text, at: index) ? (2, [" ", "-", "-", " "]) : nil
    }
  }

  private static func closeQuotes(_ text: inout SpacedText) {
    text.pad("\u{BB}\u{201D}\u{2019}")
    text.replace { text, index in
      if text[index] == "\"" { return (1, [" ", "'", "'", " "]) }
      return isPair("'", in: text, at: index) ? (2, [" ", "'", "'", " "]) : nil
    }
    text.collapseSpace()
    cutClitics(["'s", "'m", "'d", "'S", "'M", "'D", "'"], from: &text)
    // In mixed case these are none.
    cutClitics(["'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T"], from: &text)
  }

  /// Cuts off clitics before a space.
  private static func cutClitics(_ clitics: [String], from text: inout SpacedText) {
    let clitics = clitics.map { Array($0.unicodeScalars) }
    text.replace { text, index in
      guard index > 0, text[index - 1] != "'", text[index - 1] != " " else { return nil }
      for clitic in clitics
      where text[index] == clitic[0] && text[index...].starts(with: clitic + [" "]) {
        return (clitic.count + 1, [" "] + clitic + [" "])
      }
      return nil
    }
  }

  private static func isPair(
    _ scalar: Unicode.Scalar, in text: [Unicode.Scalar], at index: Int
  ) -> Bool {
    text[index] == scalar && index + 1 < text.count && text[index + 1] == scalar
  }
}

/// Words that are two, such as "cannot", by Robert MacIntyre's list of the Penn Treebank.
enum Contractions {
  /// The halves of words that are split between word boundaries.
  private static let halves = [
    ("can", "not"), ("d", "'ye"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me"),
    ("more", "'n"), ("wan", "na"),
  ]

  /// The halves of words that are split behind a space.
  private static let apostrophes = [("'t", "is"), ("'t", "was")]

  /// Splits them, whatever their case; white space was collapsed before.
  static func split(_ text: inout SpacedText) {
    let folded = PythonText(text.scalars.map(\.pythonCaseFolded))
    for (first, second) in halves where folded.contains(first + second) {
      split(first, second, in: &text) { scalars, start, end in
        let text = PythonText(scalars)
        let ends = first == "wan" ? scalars[end...].first == " " : text.isWordBoundary(end)
        return ends && text.isWordBoundary(start)
      }
    }
    for (first, second) in apostrophes where folded.contains(first + second) {
      split(first, second, in: &text) { scalars, start, end in
        start > 0 && scalars[start - 1] == " " && PythonText(scalars).isWordBoundary(end)
      }
    }
  }

  private static func split(
    _ first: String, _ second: String, in text: inout SpacedText,
    where isWhole: ([Unicode.Scalar], Int, Int) -> Bool
  ) {
    let length = first.unicodeScalars.count
    let wanted = Array((first + second).unicodeScalars)
    text.replace { scalars, index in
      guard scalars[index].pythonCaseFolded == wanted.first else { return nil }
      let found = scalars[index...].prefix(wanted.count)
      guard found.map(\.pythonCaseFolded) == wanted, isWhole(scalars, index, index + wanted.count)
      else { return nil }
      return (wanted.count, [" "] + found.prefix(length) + [" "] + found.dropFirst(length) + [" "])
    }
  }
}

/// Text into which spaces are put, until white space is all that separates words.
struct SpacedText {
  private(set) var scalars: [Unicode.Scalar]

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  /// Replaces from left to right, without overlaps.
  mutating func replace(_ rule: ([Unicode.Scalar], Int) -> (Int, [Unicode.Scalar])?) {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < scalars.count {
      if let (count, replacement) = rule(scalars, index) {
        result += replacement
        index += count
      } else {
        result.append(scalars[index])
        index += 1
      }
    }
    scalars = result
  }

  /// Puts a space on each side of some characters.
  mutating func pad(_ characters: String) {
    let padded = Set(characters.unicodeScalars)
    scalars = scalars.flatMap { padded.contains($0) ? [" ", $0, " "] : [$0] }
  }

  /// Puts a space on each side of runs of a character.
  mutating func padRuns(of scalar: Unicode.Scalar, atLeast least: Int) {
    replace { text, index in
      guard text[index] == scalar else { return nil }
      let run = Array(text[index...].prefix { $0 == scalar })
      return (run.count, run.count >= least ? [" "] + run + [" "] : run)
    }
  }

  /// Cuts off the full stop behind which only closing punctuation and spaces follow.
  mutating func cutFinalPeriod() {
    let closing = Array("])}>\"'\u{BB}\u{201D}\u{2019} ".unicodeScalars)
    let end = scalars.lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? 0
    guard let period = scalars[..<end].lastIndex(where: { !closing.contains($0) }),
      scalars[period] == ".", period > 0, scalars[period - 1] != "."
    else { return }
    scalars.insert(" ", at: period + 1)
    scalars.insert(" ", at: period)
  }

  /// Makes one space of each run of white space, and puts one at each end.
  mutating func collapseSpace() {
    var result: [Unicode.Scalar] = [" "]
    for scalar in scalars + [" "] {
      if !scalar.isPythonSpace {
        result.append(scalar)
      } else if result.last != " " {
        result.append(" ")
      }
    }
    scalars = result
  }
}

/// A list of words that a resource holds.
struct WordList: Sendable {
  /// What stands in front of its colon.
  let name: String
  let words: Set<String>

  /// Reads lines `NAME: WORDS`; those that begin with `#` are comments.
  static func read(_ resource: [UInt8]) -> [WordList] {
    let lines = String(decoding: resource, as: UTF8.self).split(separator: "\n")
    return lines.compactMap { line -> WordList? in
      guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { return nil }
      let words = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
      return WordList(name: String(line[..<colon]), words: Set(words.map(String.init)))
    }
  }
}
