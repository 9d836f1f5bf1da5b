import RESTADocuments

/// The 25 types: their arguments, and how their rule is made.
enum InstructionCatalog {
  struct Kind: Sendable {
    let arguments: [String]
    let make: @Sendable (InstructionArguments) throws -> any InstructionRule

    init(
      _ arguments: [String] = [],
      make: @escaping @Sendable (InstructionArguments) throws -> any InstructionRule
    ) {
      self.arguments = arguments
      self.make = make
    }
  }

  static let kinds: [String: Kind] = [
    "keywords:existence": Kind(["keywords"], make: KeywordsExist.init),
    "keywords:frequency": Kind(
      ["keyword", "frequency", "relation"], make: KeywordFrequency.init),
    "keywords:forbidden_words": Kind(["forbidden_words"], make: ForbiddenWords.init),
    "keywords:letter_frequency": Kind(
      ["letter", "let_frequency", "let_relation"], make: LetterFrequency.init),
    "language:response_language": Kind(["language"], make: ResponseLanguage.init),
    "length_constraints:number_sentences": Kind(
      ["num_sentences", "relation"], make: UnitCount.sentences),
    "length_constraints:number_paragraphs": Kind(
      ["num_paragraphs"], make: DividedParagraphs.init),
    "length_constraints:number_words": Kind(["num_words", "relation"], make: UnitCount.words),
    "length_constraints:nth_paragraph_first_word": Kind(
      ["num_paragraphs", "nth_paragraph", "first_word"], make: ParagraphFirstWord.init),
    "detectable_content:number_placeholders": Kind(
      ["num_placeholders"], make: Placeholders.init),
    "detectable_content:postscript": Kind(["postscript_marker"], make: Postscript.init),
    "detectable_format:number_bullet_lists": Kind(["num_bullets"], make: Bullets.init),
    "detectable_format:constrained_response": Kind { _ in ConstrainedResponse() },
    "detectable_format:number_highlighted_sections": Kind(
      ["num_highlights"], make: Highlights.init),
    "detectable_format:multiple_sections": Kind(
      ["section_spliter", "num_sections"], make: NumberedSections.init),
    "detectable_format:json_format": Kind { _ in JSONAnswer() },
    "detectable_format:title": Kind { _ in BracketedTitle() },
    "combination:two_responses": Kind { _ in TwoResponses() },
    "combination:repeat_prompt": Kind(["prompt_to_repeat"], make: RepeatedPrompt.init),
    "startend:end_checker": Kind(["end_phrase"], make: EndPhrase.init),
    "startend:quotation": Kind { _ in Quotation() },
    "change_case:capital_word_frequency": Kind(
      ["capital_frequency", "capital_relation"], make: CapitalWords.init),
    "change_case:english_capital": Kind { _ in EnglishCapitals() },
    "change_case:english_lowercase": Kind { _ in EnglishLowercase() },
    "punctuation:no_comma": Kind { _ in NoComma() },
  ]

  static func rule(for instruction: VerifiableInstruction) throws -> any InstructionRule {
    guard let kind = kinds[instruction.id] else {
      throw EvaluationError.invalidData(
        "unknown instruction '\(instruction.id)'; known are "
          + kinds.keys.sorted().joined(separator: ", "))
    }
    let arguments = InstructionArguments(instruction)
    try arguments.check(known: kind.arguments)
    return try kind.make(arguments)
  }
}

protocol InstructionRule: Sendable {
  /// Whether an answer that is not blank follows the instruction.
  func isFollowed(by text: PythonText) -> Bool
}

/// Reads the arguments of one instruction, and names what is wrong with them.
struct InstructionArguments {
  private let instruction: VerifiableInstruction

  init(_ instruction: VerifiableInstruction) { self.instruction = instruction }

  /// A number that is at least `least`.
  func count(_ name: String, atLeast least: Int = 0) throws -> Int {
    guard let number = try value(name).int, number >= least else {
      throw error("'\(name)' must be a whole number, \(least) or more")
    }
    return number
  }

  /// A text that is not blank, without white space around it.
  func text(_ name: String) throws -> String {
    let text = PythonText(try value(name).string ?? "").trimmed()
    guard !text.scalars.isEmpty else { throw error("'\(name)' must be a text that is not blank") }
    return String(String.UnicodeScalarView(text.scalars))
  }

  /// One text or more, none of them empty, as they are.
  func texts(_ name: String) throws -> [String] {
    let texts = try value(name).array?.map(\.string) ?? []
    let known = texts.compactMap { $0 }.filter { !$0.isEmpty }
    guard !known.isEmpty, known.count == texts.count else {
      throw error("'\(name)' must be a list of texts that are not empty")
    }
    return known
  }

  /// `at least` or `less than`.
  func relation(_ name: String) throws -> Relation {
    guard let relation = try value(name).string.flatMap(Relation.init(rawValue:)) else {
      let known = Relation.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
      throw error("'\(name)' must be \(known)")
    }
    return relation
  }

  /// What is wrong, behind the instruction's type.
  func error(_ problem: String) -> EvaluationError {
    EvaluationError.invalidData("instruction '\(instruction.id)': argument \(problem)")
  }

  /// Refuses arguments that the type does not have.
  func check(known: [String]) throws {
    for name in instruction.arguments.keys.sorted()
    where !known.contains(name) && instruction.arguments[name] != .null {
      let list = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
      throw error("'\(name)' is unknown; \(list)")
    }
  }

  private func value(_ name: String) throws -> JSONValue {
    guard let value = instruction.arguments[name], value != .null else {
      throw error("'\(name)' is missing")
    }
    return value
  }
}

enum Relation: String, Sendable, CaseIterable {
  case atLeast = "at least"
  case lessThan = "less than"

  /// Whether a count is at least, or less than, another one.
  func holds(_ count: Int, _ threshold: Int) -> Bool {
    switch self {
    case .atLeast: count >= threshold
    case .lessThan: count < threshold
    }
  }
}
