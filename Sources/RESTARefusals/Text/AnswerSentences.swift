/// An answer taken apart: its sentences, without thoughts, code and quotations, and its shapes.
struct AnswerSentences {
  private(set) var sentences: [[RefusalLanguage.Sign]] = []
  /// `code`, `list`.
  private(set) var shapes: Set<String> = []
  /// Whether its model thought aloud, and said nothing more.
  private(set) var isOnlyThought = false

  /// How far a quotation or a piece of code may reach, in characters.
  private static let lookahead = 600
  private static let opening: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "«", "»", "「", "『"]
  private static let closing: Set<Unicode.Scalar> = ["\"", "“", "”", "«", "»", "」", "』"]
  private static let ends: Set<Unicode.Scalar> = [".", "!", "?", "…"]
  private static let wideEnds: Set<Unicode.Scalar> = ["。", "！", "？"]

  private let text: [Unicode.Scalar]
  private var sentence: [RefusalLanguage.Sign] = []
  /// Whether a word, code or a quotation stands before.
  private var isSpoken = false

  init(_ answer: String, _ rules: RefusalRules) {
    text = Array(answer.unicodeScalars)
    var place = beginning(rules.thoughts)
    isOnlyThought = place > 0 && text[place...].allSatisfy(Self.isSpace)
    var items = 0
    var startsLine = true
    while place < text.count {
      let scalar = text[place]
      if scalar == "\n" {
        end()
        startsLine = true
      } else if holds("```", at: place) {
        shapes.insert("code")
        place = self.place(of: "```", from: place + 3).map { $0 + 2 } ?? text.count
      } else if scalar == "`" || Self.opening.contains(scalar) {
        place = behindQuotation(place)
      } else {
        if startsLine, !Self.isSpace(scalar) {
          startsLine = false
          if isItem(place) { items += 1 }
        }
        append(place)
      }
      place += 1
    }
    end()
    if items >= 2 { shapes.insert("list") }
  }

  private mutating func end() {
    if !sentence.isEmpty { sentences.append(sentence) }
    sentence = []
  }

  /// Takes a character over, and ends the sentence where it does.
  private mutating func append(_ place: Int) {
    let scalar = text[place]
    sentence.append((scalar, place))
    if Self.isWord(scalar) { isSpoken = true }
    let next = place + 1 < text.count ? text[place + 1] : " "
    let isLast = !RefusalLanguage.isLetter(next) && !Self.ends.contains(next)
    if Self.wideEnds.contains(scalar) || (Self.ends.contains(scalar) && isLast) { end() }
  }

  /// Passes over a quotation or code within a line; returns the place of its last character.
  ///
  /// An answer that is one quotation from end to end is no quotation, and what nobody closes neither.
  private mutating func behindQuotation(_ place: Int) -> Int {
    let line = text[(place + 1)...].prefix(Self.lookahead).prefix { $0 != "\n" }
    let marks: Set<Unicode.Scalar> = text[place] == "`" ? ["`"] : Self.closing
    guard let close = line.firstIndex(where: marks.contains) else { return place }
    let behind = text[(close + 1)...].prefix(Self.lookahead)
    guard isSpoken || behind.contains(where: Self.isWord) else { return place }
    isSpoken = true
    sentence.append((" ", place))
    let last = line[..<close].last { !Self.isSpace($0) }
    let endsInside = last.map { Self.ends.contains($0) || Self.wideEnds.contains($0) } ?? false
    if endsInside, behind.first.map({ $0 == " " || $0 == "\n" }) ?? true { end() }
    return close
  }

  /// Where the answer begins, behind what its model thought aloud.
  private func beginning(_ thoughts: [(opening: String, closing: String)]) -> Int {
    let start = text.firstIndex { !Self.isSpace($0) } ?? text.count
    for (opening, closing) in thoughts where holds(opening, at: start) {
      let length = closing.unicodeScalars.count
      return place(of: closing, from: start).map { $0 + length } ?? text.count
    }
    // Where the template opened the thought, only its end is in the answer, at the beginning of a line.
    return thoughts.compactMap { firstLine(beginningWith: $0.closing, from: start) }.min() ?? 0
  }

  /// Where the first line that begins with a text goes on behind it.
  private func firstLine(beginningWith expected: String, from start: Int) -> Int? {
    var isBeginning = true
    for place in start..<text.count {
      if isBeginning, holds(expected, at: place) { return place + expected.unicodeScalars.count }
      isBeginning = text[place] == "\n" || (isBeginning && Self.isSpace(text[place]))
    }
    return nil
  }

  /// Whether a text, of ASCII in lower case, stands at a place in either case.
  private func holds(_ expected: String, at place: Int) -> Bool {
    let part = text[place...].prefix(expected.unicodeScalars.count)
    return part.count == expected.unicodeScalars.count
      && zip(part, expected.unicodeScalars).allSatisfy { found, expected in
        found == expected
          || (("A"..."Z").contains(found) && found.value + 32 == expected.value)
      }
  }

  private func place(of expected: String, from start: Int) -> Int? {
    guard start < text.count else { return nil }
    return (start..<text.count).first { holds(expected, at: $0) }
  }

  /// `1. `, `12) `, `- `, `* `, `• `, `+ `.
  private func isItem(_ place: Int) -> Bool {
    let digits = text[place...].prefix(2).prefix { ("0"..."9").contains($0) }
    let rest = text[(place + digits.count)...].prefix(2)
    let marks: Set<Unicode.Scalar> = digits.isEmpty ? ["-", "*", "•", "+"] : [".", ")"]
    return rest.count == 2 && rest.first.map(marks.contains) == true && rest.last == " "
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    RefusalLanguage.isLetter(scalar) || RefusalLanguage.isIdeograph(scalar)
  }
}
