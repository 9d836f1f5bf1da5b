/// So many placeholders in square brackets, each within a line.
struct Placeholders: InstructionRule {
  private let placeholders: Int

  init(_ arguments: InstructionArguments) throws {
    placeholders = try arguments.count("num_placeholders")
  }

  func isFollowed(by text: PythonText) -> Bool {
    var count = 0
    var isOpen = false
    for scalar in text.scalars {
      switch scalar {
      case "[": isOpen = true
      case "\n": isOpen = false
      case "]":
        count += isOpen ? 1 : 0
        isOpen = false
      default: break
      }
    }
    return count >= placeholders
  }
}

/// A postscript's marker occurs anywhere, in any case; between the letters of `P.S.` and `P.P.S`
/// there may be one space.
struct Postscript: InstructionRule {
  private let marker: [Unicode.Scalar]
  private let mayBeSpaced: Bool

  init(_ arguments: InstructionArguments) throws {
    let marker = try arguments.text("postscript_marker")
    mayBeSpaced = marker == "P.S." || marker == "P.P.S"
    self.marker = PythonText(marker).lowercased().scalars
  }

  func isFollowed(by text: PythonText) -> Bool {
    let text = text.lowercased()
    guard mayBeSpaced else { return !text.starts(of: marker).isEmpty }
    return text.scalars.indices.contains { begins(at: $0, in: text.scalars) }
  }

  private func begins(at start: Int, in text: [Unicode.Scalar]) -> Bool {
    var index = start
    for (position, scalar) in marker.enumerated() {
      let follows = position > 0 && marker[position - 1] == "."
      if follows && index < text.count && text[index].isPythonSpace { index += 1 }
      guard index < text.count && text[index] == scalar else { return false }
      index += 1
    }
    return true
  }
}

struct NoComma: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool { !text.scalars.contains(",") }
}

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

/// Two different answers between six asterisks.
struct TwoResponses: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    let parts = text.split(separator: "******")
    guard !parts.dropFirst().dropLast().contains(where: \.isBlank) else { return false }
    let answers = parts.filter { !$0.isBlank }.map { $0.trimmed() }
    return answers.count == 2 && answers[0] != answers[1]
  }
}

/// The text begins with a prompt, in any case.
struct RepeatedPrompt: InstructionRule {
  private let prompt: PythonText

  init(_ arguments: InstructionArguments) throws {
    prompt = PythonText(try arguments.text("prompt_to_repeat")).lowercased()
  }

  func isFollowed(by text: PythonText) -> Bool {
    text.trimmed().lowercased().starts(with: prompt)
  }
}

/// The text ends with a phrase, in any case; quotation marks behind it do not matter.
struct EndPhrase: InstructionRule {
  private let phrase: PythonText

  init(_ arguments: InstructionArguments) throws {
    phrase = PythonText(try arguments.text("end_phrase")).lowercased()
  }

  func isFollowed(by text: PythonText) -> Bool {
    text.trimmed().trimmed { $0 == "\"" }.lowercased().ends(with: phrase)
  }
}

/// The text is in straight double quotation marks.
struct Quotation: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    let scalars = text.trimmed().scalars
    return scalars.count > 1 && scalars.first == "\"" && scalars.last == "\""
  }
}
