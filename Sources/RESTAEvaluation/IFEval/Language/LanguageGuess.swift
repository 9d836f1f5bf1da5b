/// Finds the language of a text: by its script where that is enough, else by function words and
/// letters that few languages have.
///
/// Deviation: IFEval's reference asks the library langdetect, whose trigram statistics are not at hand
/// here. The two agree on texts of a few sentences; on a few words, on mixtures of languages and on
/// English in capitals (of which langdetect reads first letters only) they may differ.
/// `Tools/ifeval/README.md` says how often.
enum LanguageGuess {
  /// Whether a text is in a language, an ISO 639-1 code; a text without letters is in all.
  static func isWritten(_ text: PythonText, in language: String) -> Bool {
    guard let found = code(of: text) else { return true }
    return found == language
  }

  /// The language's ISO 639-1 code; `nil` for a text without letters.
  static func code(of text: PythonText) -> String? {
    let words = text.words().filter { !isAddress($0) }
    var letters: [Script: Int] = [:]
    for scalar in words.joined() {
      if let script = Script(scalar) { letters[script, default: 0] += 1 }
    }
    // Japanese mixes two scripts.
    if let kana = letters[.kana], let han = letters[.han], kana * 10 >= han {
      letters[.kana] = kana + han
      letters[.han] = nil
    }
    // The order of `allCases` decides between equals, not that of a dictionary.
    let scripts = Script.allCases.filter { letters[$0] != nil }
    guard let script = scripts.max(by: { letters[$0, default: 0] < letters[$1, default: 0] }) else {
      return nil
    }
    return script.onlyLanguage ?? LanguageProfile.best(for: script, words: words)
  }

  /// A URL or a mail address, which is of no language.
  private static func isAddress(_ word: PythonText) -> Bool {
    word.contains("://") || word.scalars.dropFirst().contains("@")
  }
}

extension [PythonText] {
  fileprivate func joined() -> FlattenSequence<[[Unicode.Scalar]]> { map(\.scalars).joined() }
}
