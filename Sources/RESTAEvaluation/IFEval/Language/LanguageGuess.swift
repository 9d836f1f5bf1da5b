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
    for scalar in words.flatMap(\.scalars) {
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
    return LanguageProfile.best(for: script, words: words)
  }

  /// A URL or a mail address, which is of no language.
  private static func isAddress(_ word: PythonText) -> Bool {
    word.contains("://") || word.scalars.dropFirst().contains("@")
  }
}

/// What gives a language away among others of the same script.
struct LanguageProfile: Sendable {
  /// Its ISO 639-1 code.
  let code: String
  /// Frequent words, in lower case.
  let words: Set<String>
  /// Letters that few other languages of the script have, in lower case.
  let letters: Set<Unicode.Scalar>

  /// The language whose words and letters occur most; the script's most common one if none do.
  static func best(for script: Script, words: [PythonText]) -> String? {
    let profiles = known[script] ?? []
    let tokens = words.flatMap { $0.lowercased().scalars.split { !isLetter($0) } }.map {
      String(String.UnicodeScalarView($0))
    }
    var scores = [Double](repeating: 0, count: profiles.count)
    for token in tokens {
      add(token.unicodeScalars.count == 1 ? 0.5 : 1, to: &scores) {
        profiles[$0].words.contains(token)
      }
      for scalar in token.unicodeScalars where !scalar.isASCII {
        add(letterWeight, to: &scores) { profiles[$0].letters.contains(scalar) }
      }
    }
    let best = scores.indices.max { scores[$0] < scores[$1] }
    return best.map { profiles[scores[$0] > 0 ? $0 : 0].code }
  }

  /// A letter counts less than a word: there are more of them, and names bring foreign ones.
  private static let letterWeight = 0.4

  /// Divides a point among the languages that a word or letter speaks for.
  private static func add(
    _ point: Double, to scores: inout [Double], where speaks: (Int) -> Bool
  ) {
    let languages = scores.indices.filter(speaks)
    for language in languages { scores[language] += point / Double(languages.count) }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { Script(scalar) != nil }

  /// By script, the first of each the fallback: `Resources/languages.txt`, whose head explains its lines.
  private static let known: [Script: [LanguageProfile]] =
    WordList.read(PackageResources.languages_txt).reduce(into: [:]) { known, list in
      let head = list.name.split(separator: " ")
      guard head.count >= 2, let script = Script(rawValue: String(head[0])) else { return }
      known[script, default: []].append(
        LanguageProfile(
          code: String(head[1]), words: list.words,
          letters: Set(head.dropFirst(2).joined(separator: "").unicodeScalars)))
    }
}

/// A writing system, as far as it tells languages apart.
enum Script: String, CaseIterable {
  case latin, greek, cyrillic, hebrew, arabic, devanagari, bengali, gurmukhi, gujarati, tamil,
    telugu
  case kannada, malayalam, thai, hangul, kana, han

  /// The script of a letter or vowel sign; `nil` for others, and for scripts that no known language is written in.
  init?(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF:
      self = .latin
    case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
    case 0x400...0x52F: self = .cyrillic
    case 0x590...0x5FF, 0xFB1D...0xFB4F: self = .hebrew
    case 0x620...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFC: self = .arabic
    case 0x900...0x963, 0x971...0x97F: self = .devanagari
    case 0x980...0x9FF: self = .bengali
    case 0xA00...0xA7F: self = .gurmukhi
    case 0xA80...0xAFF: self = .gujarati
    case 0xB80...0xBFF: self = .tamil
    case 0xC00...0xC7F: self = .telugu
    case 0xC80...0xCFF: self = .kannada
    case 0xD00...0xD7F: self = .malayalam
    case 0xE00...0xE7F: self = .thai
    case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: self = .hangul
    case 0x3040...0x30FF: self = .kana
    case 0x3400...0x4DBF, 0x4E00...0x9FFF: self = .han
    default: return nil
    }
  }
}
