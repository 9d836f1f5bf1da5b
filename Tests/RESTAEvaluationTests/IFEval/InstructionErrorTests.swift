import RESTADocuments
import RESTAEvaluation
import Testing

@Suite("IFEval's instructions that are wrong") struct InstructionErrorTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let id: String
    var arguments: JSONObject = [:]
    let named: String

    var testDescription: String { "\(id): \(named)" }
  }

  private static let faults = [
    Fault(id: "keywords:exist", named: "unknown instruction 'keywords:exist'"),
    Fault(id: "keywords:existence", named: "'keywords' is missing"),
    Fault(id: "keywords:existence", arguments: ["keywords": .null], named: "'keywords' is missing"),
    Fault(id: "keywords:existence", arguments: ["keywords": .array([])], named: "'keywords'"),
    Fault(
      id: "keywords:forbidden_words", arguments: ["forbidden_words": .array([.integer(1)])],
      named: "'forbidden_words'"),
    Fault(
      id: "length_constraints:number_words", arguments: ["num_words": .integer(3)],
      named: "'relation' is missing"),
    Fault(
      id: "length_constraints:number_words",
      arguments: ["num_words": .integer(3), "relation": .string("at most")],
      named: "'relation' must be 'at least' or 'less than'"),
    Fault(
      id: "length_constraints:number_words",
      arguments: ["num_words": .number(2.5), "relation": .string("at least")],
      named: "'num_words' must be a whole number"),
    Fault(
      id: "detectable_content:number_placeholders", arguments: ["num_placeholders": .integer(-1)],
      named: "'num_placeholders' must be a whole number, 0 or more"),
    Fault(
      id: "length_constraints:nth_paragraph_first_word",
      arguments: [
        "num_paragraphs": .integer(2), "nth_paragraph": .integer(3), "first_word": .string("a"),
      ], named: "'nth_paragraph'"),
    Fault(
      id: "keywords:letter_frequency",
      arguments: [
        "letter": .string("ab"), "let_frequency": .integer(3), "let_relation": .string("at least"),
      ], named: "'letter' must be one character"),
    Fault(
      id: "language:response_language", arguments: ["language": .string("xx")], named: "'language'"),
    Fault(
      id: "startend:end_checker", arguments: ["end_phrase": .string("  ")], named: "'end_phrase'"),
    Fault(
      id: "punctuation:no_comma", arguments: ["num_words": .integer(1)],
      named: "'num_words' is unknown; it has none"),
  ]

  @Test(arguments: faults)
  func `the error names the instruction and its argument`(fault: Fault) throws {
    let instruction = VerifiableInstruction(id: fault.id, arguments: fault.arguments)
    for act in [
      { try InstructionVerifier.validate([instruction]) },
      {
        _ = try InstructionVerifier.verify("a", instructions: [instruction])
      },
    ] {
      let error = #expect(throws: EvaluationError.self) { try act() }
      #expect(error?.code == .invalidData)
      #expect(error?.message.contains(fault.id) == true)
      #expect(error?.message.contains(fault.named) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `arguments that are null are as good as absent`() throws {
    try InstructionVerifier.validate([
      VerifiableInstruction(id: "punctuation:no_comma", arguments: ["num_words": .null])
    ])
  }
}
