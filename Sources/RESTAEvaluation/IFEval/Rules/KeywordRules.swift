/// All keywords occur, in any case, inside other words too.
struct KeywordsExist: InstructionRule {
  private let keywords: [KeywordPattern]

  init(_ arguments: InstructionArguments) throws {
    keywords = try arguments.texts("keywords").map(KeywordPattern.init)
  }

  func isFollowed(by text: PythonText) -> Bool { keywords.allSatisfy { $0.count(in: text) > 0 } }
}

/// A keyword occurs so often, in any case, inside other words too.
struct KeywordFrequency: InstructionRule {
  private let keyword: KeywordPattern
  private let frequency: Int
  private let relation: Relation

  init(_ arguments: InstructionArguments) throws {
    keyword = KeywordPattern(try arguments.text("keyword"))
    frequency = try arguments.count("frequency")
    relation = try arguments.relation("relation")
  }

  func isFollowed(by text: PythonText) -> Bool {
    relation.holds(keyword.count(in: text), frequency)
  }
}

/// None of the words occurs as a word of its own, in any case.
struct ForbiddenWords: InstructionRule {
  private let words: [KeywordPattern]

  init(_ arguments: InstructionArguments) throws {
    words = try arguments.texts("forbidden_words").map(KeywordPattern.init)
  }

  func isFollowed(by text: PythonText) -> Bool { !words.contains { $0.isWord(in: text) } }
}

/// A letter occurs so often in the text in lower case.
struct LetterFrequency: InstructionRule {
  private let letter: Unicode.Scalar
  private let frequency: Int
  private let relation: Relation

  init(_ arguments: InstructionArguments) throws {
    let scalars = PythonText(try arguments.text("letter")).lowercased().scalars
    guard let letter = scalars.first, scalars.count == 1 else {
      throw arguments.error("'letter' must be one character")
    }
    self.letter = letter
    frequency = try arguments.count("let_frequency")
    relation = try arguments.relation("let_relation")
  }

  func isFollowed(by text: PythonText) -> Bool {
    relation.holds(text.lowercased().scalars.count { $0 == letter }, frequency)
  }
}
