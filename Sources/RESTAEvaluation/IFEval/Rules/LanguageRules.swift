/// The text is in a language.
struct ResponseLanguage: InstructionRule {
  private let language: String

  /// The languages that IFEval asks for.
  static let languages: Set<String> = [
    "ar", "bg", "bn", "de", "en", "es", "fa", "fi", "fr", "gu", "he", "hi", "it", "ja", "kn", "ko",
    "ml", "mr", "ne", "pa", "pl", "pt", "ru", "sw", "ta", "te", "th", "uk", "ur", "vi",
  ]

  init(_ arguments: InstructionArguments) throws {
    language = try arguments.text("language")
    guard Self.languages.contains(language) else {
      throw arguments.error(
        "'language' must be one of \(Self.languages.sorted().joined(separator: ", "))")
    }
  }

  func isFollowed(by text: PythonText) -> Bool { LanguageGuess.isWritten(text, in: language) }
}

/// English without lower-case letters, and with a capital.
struct EnglishCapitals: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    text.isUpper && LanguageGuess.isWritten(text, in: "en")
  }
}

/// English without capitals, and with a lower-case letter.
struct EnglishLowercase: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    text.isLower && LanguageGuess.isWritten(text, in: "en")
  }
}

/// So many words without lower-case letters; hyphenated words are one.
struct CapitalWords: InstructionRule {
  private let words: Int
  private let relation: Relation

  init(_ arguments: InstructionArguments) throws {
    words = try arguments.count("capital_frequency")
    relation = try arguments.relation("capital_relation")
  }

  func isFollowed(by text: PythonText) -> Bool {
    relation.holds(WordTokenizer.words(of: text).count(where: \.isUpper), words)
  }
}
