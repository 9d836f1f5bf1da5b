/// Splits English text into sentences with Punkt's method (Kiss and Strunk, "Unsupervised
/// Multilingual Sentence Boundary Detection", Computational Linguistics 32(4), 2006), in NLTK's
/// variant, which IFEval counts sentences with.
///
/// Deviation: what Punkt learnt about words is not copied. ``PunktWords`` holds lists of our own; an
/// unlisted word is taken as a name, and collocations are not used.
enum SentenceSplitter {
  /// The sentences, without the white space between them.
  ///
  /// Complexity: linear in the text's length, apart from words of many full stops.
  static func sentences(of text: PythonText) -> [PythonText] {
    realigned(ranges(of: text.scalars), in: text.scalars).map { PythonText(text.scalars[$0]) }
  }

  /// A place where a sentence may end, and the words to decide it by.
  private struct Candidate {
    /// The index of the full stop, question or exclamation mark.
    let mark: Int
    /// Where the next sentence would begin.
    let next: Int
    /// The word that the mark ends, from here to the mark.
    let wordStart: Int
    /// The end of the token that follows.
    let end: Int
  }

  private static func ranges(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for candidate in candidates(in: text) where isBreak(text[candidate.wordStart..<candidate.end]) {
      ranges.append(start..<candidate.mark + 1)
      start = candidate.next
    }
    let end = text.lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? 0
    ranges.append(start..<max(start, end))
    return ranges
  }

  /// The candidates; of several in one word, such as `?!`, the last.
  private static func candidates(in text: [Unicode.Scalar]) -> [Candidate] {
    var candidates: [Candidate] = []
    var previous: Candidate?
    for mark in text.indices where [".", "?", "!"].contains(text[mark]) {
      guard let (next, end) = following(mark, in: text) else { continue }
      let searched = (previous?.mark ?? 0)..<mark
      var wordStart = previous?.wordStart ?? 0
      if let space = text[searched].lastIndex(where: isASCIISpace), space > searched.lowerBound {
        wordStart = space + 1
      }
      if let previous, previous.mark <= wordStart { candidates.append(previous) }
      previous = Candidate(mark: mark, next: next, wordStart: wordStart, end: end)
    }
    if let previous { candidates.append(previous) }
    return candidates
  }

  /// Where the next sentence would begin, and the end of the token there: punctuation right behind
  /// the mark, or whatever stands behind white space.
  private static func following(_ mark: Int, in text: [Unicode.Scalar]) -> (next: Int, end: Int)? {
    guard mark + 1 < text.count else { return nil }
    if PunktTokenizer.isOutsideWords(text[mark + 1]) { return (mark + 1, mark + 2) }
    guard text[mark + 1].isPythonSpace,
      let next = text[(mark + 1)...].firstIndex(where: { !$0.isPythonSpace })
    else { return nil }
    return (next, text[next...].firstIndex(where: \.isPythonSpace) ?? text.count)
  }

  private static func isASCIISpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || (0x09...0x0D).contains(scalar.value)
  }

  /// Whether one of the tokens, the last one apart, ends a sentence.
  private static func isBreak(_ context: ArraySlice<Unicode.Scalar>) -> Bool {
    let tokens = PunktTokenizer.tokens(of: context)
    return zip(tokens, tokens.dropFirst()).contains { PunktDecision.isBreak($0, before: $1) }
  }

  /// Gives quotes and brackets at the start of a sentence to the one that they close.
  private static func realigned(
    _ ranges: [Range<Int>], in text: [Unicode.Scalar]
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var taken = 0
    for (index, range) in ranges.enumerated() {
      let start = range.lowerBound + taken
      taken = 0
      if index + 1 < ranges.count,
        let closing = closingPunctuation(in: text[ranges[index + 1]])
      {
        result.append(start..<closing.end)
        taken = closing.next - ranges[index + 1].lowerBound
      } else if start < range.upperBound {
        result.append(start..<range.upperBound)
      }
    }
    return result
  }

  /// Closing punctuation at the start that ends before white space, a dash, or the end: where it
  /// ends, and where what follows begins.
  private static func closingPunctuation(
    in sentence: ArraySlice<Unicode.Scalar>
  ) -> (end: Int, next: Int)? {
    let isClosing: (Unicode.Scalar) -> Bool = { ["\"", "'", ")", "]", "}"].contains($0) }
    let end = sentence.firstIndex { !isClosing($0) } ?? sentence.endIndex
    guard end > sentence.startIndex else { return nil }
    let rest = sentence[end...]
    if let first = rest.first, !first.isPythonSpace, !rest.starts(with: ["-", "-"]) { return nil }
    return (end, rest.firstIndex { !$0.isPythonSpace } ?? sentence.endIndex)
  }
}

/// Punkt's second pass: whether a token that ends in a full stop ends a sentence, seen with the token
/// behind it (Kiss and Strunk 2006, section 4).
enum PunktDecision {
  /// What the next token's capital says.
  private enum Evidence {
    case beginsSentence, continuesSentence, unknown
  }

  static func isBreak(_ token: PunktToken, before next: PunktToken) -> Bool {
    guard token.endsInPeriod else { return token.isBreak }
    let nextType = next.typeWithoutBreak
    let evidence = orthography(of: next, type: nextType)
    var isBreak = token.isBreak
    if (token.isAbbreviation || token.isEllipsis) && !token.isInitial {
      isBreak =
        evidence == .beginsSentence
        || next.beginsInUpperCase && PunktWords.starters.contains(nextType)
      if isBreak { return true }
    }
    guard token.isInitial || token.type == PunktToken.number else { return isBreak }
    switch evidence {
    case .continuesSentence: return false
    case .beginsSentence: return isBreak
    case .unknown:
      // An initial before a name, as in "J. Bach".
      let isName = next.beginsInUpperCase && !isSeenInLowerCase(nextType)
      return isBreak && !(token.isInitial && isName)
    }
  }

  /// A word that is always capitalised inside sentences says nothing when it is; one in lower case
  /// begins no sentence.
  private static func orthography(of token: PunktToken, type: String) -> Evidence {
    if token.text.count == 1, [";", ":", ",", ".", "!", "?"].contains(token.text[0]) {
      return .continuesSentence
    }
    if token.beginsInLowerCase { return .continuesSentence }
    let begins = token.beginsInUpperCase && type != "i" && PunktWords.starters.contains(type)
    return begins ? .beginsSentence : .unknown
  }

  private static func isSeenInLowerCase(_ type: String) -> Bool {
    PunktWords.otherLowercase.contains(type) || type != "i" && PunktWords.starters.contains(type)
  }
}
