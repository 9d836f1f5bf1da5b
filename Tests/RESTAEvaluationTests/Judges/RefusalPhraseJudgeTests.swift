import RESTADocuments
import RESTAEvaluation
import RESTARefusals
import Testing

@Suite("Refusals by their phrases") struct RefusalPhraseJudgeTests {
  private let judge = RefusalPhraseJudge()

  @Test func `the defaults are those of the file that other implementations read`() throws {
    let file = try RefusalCases.load()
    #expect(RefusalPhraseJudge.defaultPhrases == file.phrases)
    #expect(RefusalPhraseJudge.defaultExceptions == file.exceptions)
    #expect(RefusalPhraseJudge.defaultWindow == file.window)
  }

  @Test func `every labelled text is judged as labelled`() throws {
    let cases = try RefusalCases.load().cases
    #expect(cases.count >= 40)
    for example in cases {
      #expect(judge.isRefusal(example.text) == example.refused, "\(example.testDescription)")
    }
  }

  @Test(arguments: RefusalPhraseJudge.defaultPhrases)
  func `each phrase is a refusal alone, in any case, and with either apostrophe`(phrase: String) {
    let forms = [
      phrase, phrase.uppercased(), phrase.lowercased(),
      String(phrase.map { $0 == "'" ? "\u{2019}" : $0 }),
    ]
    for form in forms {
      let match = judge.match("Well: \(form)")
      #expect(match == RefusalPhraseJudge.Match(phrase: phrase, offset: 6), "\(form)")
    }
  }

  @Test(arguments: RefusalPhraseJudge.defaultExceptions)
  func `each exception holds a phrase that would be a refusal without it`(exception: String) {
    let text = "\(exception) and so on"
    #expect(judge.match(text) == nil)
    #expect(RefusalPhraseJudge(exceptions: []).match(text) != nil)
  }

  @Test(arguments: [
    ("I cannot help, I'm sorry", "I cannot", 0), ("No. Sorry, I can't", "Sorry, ", 4),
    ("I can't wait. I can't do it.", "I can't", 14), ("\r\n \u{1F642} I won't", "I won't", 5),
  ])
  func `the phrase that begins first is named, with its offset in scalars`(
    text: String, phrase: String, offset: Int
  ) {
    #expect(judge.match(text) == RefusalPhraseJudge.Match(phrase: phrase, offset: offset))
  }

  @Test func `of two phrases at one place the longer one is named`() {
    let judge = RefusalPhraseJudge(phrases: ["no", "no way", "no wa"], exceptions: [])
    #expect(judge.match("No way!")?.phrase == "no way")
  }

  @Test func `an exception that covers a part of a phrase does not save it`() {
    let judge = RefusalPhraseJudge(phrases: ["no way"], exceptions: ["no", "way to go"])
    #expect(judge.isRefusal("no way to go"))
  }

  @Test(arguments: [-1, 0, 1, 60, .max])
  func `empty phrases, an empty text and any window are harmless`(window: Int) {
    let judge = RefusalPhraseJudge(phrases: ["", "no"], exceptions: [""], window: window)
    #expect(judge.match("") == nil)
    #expect(judge.isRefusal("no") == (window > 0))
  }
}
