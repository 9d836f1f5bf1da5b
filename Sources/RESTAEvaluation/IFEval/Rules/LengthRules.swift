/// So many sentences, or so many words: runs of letters, digits and underscores.
struct UnitCount: InstructionRule {
  private let count: Int
  private let relation: Relation
  private let measure: @Sendable (PythonText) -> Int

  static func sentences(_ arguments: InstructionArguments) throws -> UnitCount {
    UnitCount(
      count: try arguments.count("num_sentences"), relation: try arguments.relation("relation")
    ) { SentenceSplitter.sentences(of: $0).count }
  }

  static func words(_ arguments: InstructionArguments) throws -> UnitCount {
    UnitCount(count: try arguments.count("num_words"), relation: try arguments.relation("relation"))
    {
      $0.scalars.split { !$0.isPythonWord }.count
    }
  }

  func isFollowed(by text: PythonText) -> Bool { relation.holds(measure(text), count) }
}

/// Exactly so many paragraphs between dividers of three asterisks; none but the first and the last part may be blank.
struct DividedParagraphs: InstructionRule {
  private let paragraphs: Int

  init(_ arguments: InstructionArguments) throws {
    paragraphs = try arguments.count("num_paragraphs")
  }

  func isFollowed(by text: PythonText) -> Bool {
    let parts = text.split(separator: "***")
    guard !parts.dropFirst().dropLast().contains(where: \.isBlank) else { return false }
    return parts.count { !$0.isBlank } == paragraphs
  }
}

/// Exactly so many paragraphs between blank lines, of which one begins with a word.
struct ParagraphFirstWord: InstructionRule {
  private let paragraphs: Int
  private let index: Int
  private let word: PythonText

  init(_ arguments: InstructionArguments) throws {
    paragraphs = try arguments.count("num_paragraphs", atLeast: 1)
    index = try arguments.count("nth_paragraph", atLeast: 1) - 1
    word = PythonText(try arguments.text("first_word")).lowercased()
    guard index < paragraphs else {
      throw arguments.error("'nth_paragraph' must not be more than 'num_paragraphs'")
    }
  }

  /// The paragraph is looked for among all parts, blank ones too, as in the reference.
  func isFollowed(by text: PythonText) -> Bool {
    let parts = text.split(separator: "\n\n")
    let count = parts.count { !$0.isBlank }
    guard count == paragraphs, let first = parts[index].words().first else { return false }
    return Self.bare(first) == word
  }

  /// The word without the quotes before it, up to the first punctuation, in lower case.
  private static func bare(_ word: PythonText) -> PythonText {
    let unquoted = word.trimmedStart { $0 == "'" }.trimmedStart { $0 == "\"" }
    return PythonText(
      unquoted.scalars.prefix { !".,?!'\"".unicodeScalars.contains($0) }
    ).lowercased()
  }
}

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
