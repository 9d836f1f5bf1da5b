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

  /// The types by their id.
  static let kinds: [String: Kind] = [
    "keywords:existence": Kind(["keywords"], make: KeywordsExist.init),
    "keywords:frequency": Kind(
      ["keyword", "frequency", "relation"], make: KeywordFrequency.init),
    "keywords:forbidden_words": Kind(["forbidden_words"], make: ForbiddenWords.init),
    "keywords:letter_frequency": Kind(
      ["letter", "let_frequency", "let_relation"], make: LetterFrequency.init),
    "language:response_language": Kind(["language"], make: ResponseLanguage.init),
    "length_constraints:number_sentences": Kind(
      ["num_sentences", "relation"], make: SentenceCount.init),
    "length_constraints:number_paragraphs": Kind(
      ["num_paragraphs"], make: DividedParagraphs.init),
    "length_constraints:number_words": Kind(["num_words", "relation"], make: WordCount.init),
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

  /// Makes the rule of an instruction.
  static func rule(for instruction: VerifiableInstruction) throws -> any InstructionRule {
    guard let kind = kinds[instruction.id] else {
      throw EvaluationError(
        .invalidData,
        "unknown instruction '\(instruction.id)'; known are "
          + kinds.keys.sorted().joined(separator: ", "))
    }
    let arguments = InstructionArguments(instruction)
    try arguments.check(known: kind.arguments)
    return try kind.make(arguments)
  }
}
