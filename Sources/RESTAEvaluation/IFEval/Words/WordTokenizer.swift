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
    text.pad {
      switch $0 {
      case "\u{AB}", "\u{201C}", "\u{2018}", "\u{201E}": true
      default: false
      }
    }
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
    text.pad {
      switch $0 {
      case ";", "@", "#", "$", "%", "&", "?", "!": true
      default: false
      }
    }
    text.replace { text, index in
      guard text[index] == "'", index > 0, text[index - 1] != "'", index + 1 < text.count,
        text[index + 1] == " "
      else { return nil }
      return (2, [" ", "'", " "])
    }
    text.pad {
      switch $0 {
      case "*", "[", "]", "(", ")", "{", "}", "<", ">": true
      default: false
      }
    }
    text.replace { text, index in
      isPair("-", in: text, at: index) ? (2, [" ", "-", "-", " "]) : nil
    }
  }

  private static func closeQuotes(_ text: inout SpacedText) {
    text.pad { $0 == "\u{BB}" || $0 == "\u{201D}" || $0 == "\u{2019}" }
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
