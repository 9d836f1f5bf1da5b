import RESTADocuments
import RESTAEvaluation
import Testing

@Suite("IFEval's verifier") struct InstructionVerifierTests {
  private func verdict(
    _ id: String, _ arguments: JSONObject = [:], on response: String
  ) throws -> (strict: Bool, loose: Bool) {
    let verdict = try InstructionVerifier.verify(
      response, instructions: [VerifiableInstruction(id: id, arguments: arguments)])
    return (verdict.strict[0], verdict.loose[0])
  }

  @Test func `there are 25 types`() {
    #expect(InstructionVerifier.knownIDs.count == 25)
  }

  @Test func `verdicts come in the order of the instructions`() throws {
    let instructions = [
      VerifiableInstruction(id: "punctuation:no_comma", arguments: [:]),
      VerifiableInstruction(id: "detectable_format:title", arguments: [:]),
      VerifiableInstruction(id: "startend:quotation", arguments: [:]),
    ]
    let verdict = try InstructionVerifier.verify("<<A, b>>", instructions: instructions)
    #expect(verdict.ids == instructions.map(\.id))
    #expect(verdict.strict == [false, true, false])
    #expect(verdict.loose == verdict.strict)
    #expect(!verdict.isFollowedStrictly)
  }

  @Test(arguments: [
    ("Sure, here:\n\"a\"", "without the first line"), ("\"a\"\nBye, now", "without the last line"),
    ("Sure,\n\"a\"\nBye", "without both"), ("*\"a\"*", "without asterisks"),
    ("Sure\n*\"a\"*", "without the first line and asterisks"),
    ("*\"a\"*\nBye", "without the last line and asterisks"),
    ("Sure\n**\"a\"**\n\nBye", "without both and asterisks"),
  ])
  func `each loose variant saves an answer that is not followed strictly`(
    response: String, variant: String
  ) throws {
    let verdict = try verdict("startend:quotation", on: response)
    #expect(!verdict.strict, "\(variant)")
    #expect(verdict.loose, "\(variant)")
  }

  @Test(arguments: ["", " \n\t", "\u{3000}"])
  func `an empty answer follows nothing`(response: String) throws {
    let verdict = try verdict("punctuation:no_comma", on: response)
    #expect(!verdict.strict && !verdict.loose)
  }

  @Test func `text is compared scalar by scalar`() throws {
    // Swift takes CR LF as one character, and a letter with a combining accent as another letter.
    let bullets = try verdict(
      "detectable_format:number_bullet_lists", ["num_bullets": .integer(2)], on: "* a\r\n* b")
    #expect(bullets.strict)
    let letters = try verdict(
      "keywords:letter_frequency",
      ["letter": .string("e"), "let_frequency": .integer(1), "let_relation": .string("at least")],
      on: "caf\u{65}\u{301}")
    #expect(letters.strict)
  }

  @Test func `keywords are no patterns`() throws {
    let verdict = try verdict(
      "keywords:existence", ["keywords": .array([.string("C++ (a.b)")])],
      on: "I like c++ (A.B).")
    #expect(verdict.strict)
  }

  @Test(arguments: ["#", "!", "é"])
  func `a letter that is none is counted as it is`(letter: String) throws {
    let arguments: JSONObject = [
      "letter": .string(letter), "let_frequency": .integer(2), "let_relation": .string("at least"),
    ]
    #expect(try verdict("keywords:letter_frequency", arguments, on: "\(letter) a \(letter)").strict)
    #expect(try !verdict("keywords:letter_frequency", arguments, on: "a \(letter)").strict)
  }

  // Python's own reader, which the original asks, runs out of its stack there and says no too.
  @Test(arguments: [(400, true), (200_000, false)])
  func `nesting that is too deep is no JSON, and ends nothing`(depth: Int, isJSON: Bool) throws {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(try verdict("detectable_format:json_format", on: text).strict == isJSON)
    #expect(try !verdict("detectable_format:json_format", on: String(text.dropLast())).strict)
  }
}
