import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Rubrics") struct JudgeRubricTests {
  @Test(arguments: [JudgeRubric.refusal, .jailbreak])
  func `the built-in ones fulfil what is asked of any rubric`(rubric: JudgeRubric) throws {
    let own = try JudgeRubric(name: "own", text: rubric.text)
    let question = JudgeQuestion.about("ANSWER", prompt: "GOAL plus attack", goal: "GOAL")
    let messages = own.messages(for: question)
    #expect(messages == rubric.messages(for: question))
    #expect(messages.map(\.role) == [.user])
    #expect(messages[0].content.contains("\nANSWER\n"))
    #expect(messages[0].content.contains("\nGOAL\n"))
    #expect(!messages[0].content.contains("plus attack"))
    #expect(!messages[0].content.contains("{"))
  }

  @Test func `a rubric of one's own sees the prompt, and the prompt as the goal without one`()
    throws
  {
    let rubric = try JudgeRubric(
      name: "own", text: "{goal}{prompt}{response} [[YES]] [[NO]] {\"json\": {other}}")
    let text = rubric.messages(for: .about("A", prompt: "PROMPT"))[0].content
    #expect(text.ranges(of: "\nPROMPT\n").count == 2)
    #expect(text.hasSuffix(" [[YES]] [[NO]] {\"json\": {other}}"))
  }

  @Test func `its name tells other wordings apart`() throws {
    let names = try ["a", "b"].map {
      try JudgeRubric(name: "own", text: "\($0) {response} [[YES]] [[NO]]").name
    }
    #expect(names[0] != names[1])
    #expect(names.allSatisfy { $0.wholeMatch(of: /own-[0-9a-f]{8}/) != nil })
  }

  @Test(arguments: ["{response}", "[[YES]]", "[[NO]]"])
  func `one that lacks something says what`(part: String) {
    let text = "{response} [[YES]] [[NO]]".replacing(part, with: "")
    let error = #expect(throws: EvaluationError.self) {
      try JudgeRubric(name: "mine", text: text)
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("'mine' lacks \(part)") == true)
  }

  @Test(arguments: [
    ("[[YES]]", true), ("[[NO]]", false), (" [[Yes]].\n", true), ("Rating: [[no]]", false),
    ("[[NO]] [[NO]]", false), ("[[NO]]\u{301}", false),
  ])
  func `exactly one mark is an answer`(reply: String, answer: Bool) {
    #expect(JudgeRubric.answer(in: reply) == answer)
  }

  @Test(arguments: [
    "", "YES", "NO", "[YES]", "[[MAYBE]]", "[[YES]] or [[NO]]", "[[YES", "[[ YES ]]", "safe",
    "[[no]] [[Yes]]", "[[YES/NO]]",
  ])
  func `neither mark, or both, is none`(reply: String) {
    #expect(JudgeRubric.answer(in: reply) == nil)
  }
}
