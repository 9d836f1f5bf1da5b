/// So many sentences.
struct SentenceCount: InstructionRule {
  private let sentences: Int
  private let relation: Relation

  init(_ arguments: InstructionArguments) throws {
    sentences = try arguments.count("num_sentences")
    relation = try arguments.relation("relation")
  }

  func isFollowed(by text: PythonText) -> Bool {
    relation.holds(SentenceSplitter.sentences(of: text).count, sentences)
  }
}

/// So many words: runs of letters, digits and underscores.
struct WordCount: InstructionRule {
  private let words: Int
  private let relation: Relation

  init(_ arguments: InstructionArguments) throws {
    words = try arguments.count("num_words")
    relation = try arguments.relation("relation")
  }

  func isFollowed(by text: PythonText) -> Bool {
    relation.holds(text.scalars.split { !$0.isPythonWord }.count, words)
  }
}

/// Exactly so many paragraphs between dividers of three asterisks; none but the first and the last
/// part may be blank.
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
