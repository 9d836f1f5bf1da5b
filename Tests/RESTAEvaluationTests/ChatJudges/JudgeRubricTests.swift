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

  @Test func `one with a threshold asks for a score, and its name says from which on`() throws {
    let rubric = try JudgeRubric(name: "own", text: "Rate {response}.", threshold: 8)
    #expect(rubric.name.wholeMatch(of: /own-[0-9a-f]{8}>=8/) != nil)
    #expect(rubric.finding(in: "Rating: [[8]]")?.isYes == true)
    #expect(rubric.finding(in: "#thescore: 7.5")?.isYes == false)
    #expect(rubric.finding(in: "#thescore: 7.5")?.score == 7.5)
    #expect(rubric.finding(in: "[[YES]]") == nil)
    let error = #expect(throws: EvaluationError.self) {
      try JudgeRubric(name: "own", text: "Rate {response}.")
    }
    #expect(error?.message.contains("threshold") == true)
  }

  @Test func `who changes what is asked changes the version too`() throws {
    // The ids of stored verdicts hold names and versions, not the wording of what is built in.
    let question = JudgeQuestion.about("A", prompt: "P", goal: "G")
    let asked = [JudgeRubric.refusal, .jailbreak].flatMap { $0.messages(for: question) }
    #expect(
      Digest.sha256(ofTexts: asked.map(\.content)).prefix(16) == "af6d60cf1e6685a4")
    #expect(ChatJudge(client: ScriptedChatClient { _ in "" }).id.contains("/2:"))
  }
}
