/// What gives a language away among others of the same script.
struct LanguageProfile: Sendable {
  /// Its ISO 639-1 code.
  let code: String
  /// Frequent words, in lower case.
  let words: Set<String>
  /// Letters that few other languages of the script have, in lower case.
  let letters: Set<Unicode.Scalar>

  init(_ code: String, letters: String = "", _ words: String) {
    self.code = code
    self.words = Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    self.letters = Set(letters.unicodeScalars)
  }

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

  /// By script; the first of each is the fallback.
  private static let known: [Script: [LanguageProfile]] = [
    .latin: latin, .cyrillic: cyrillic, .arabic: arabic, .devanagari: devanagari,
  ]
}
