import Testing

@testable import RESTA
@testable import RESTALocal

@Suite("Output for people") struct LayoutTests {
  @Test(arguments: [
    ("a bb ccc", 4, ["a bb", "ccc"]), ("abcdef", 4, ["abcd", "ef"]), ("", 4, [""]),
    ("a\n\nb", 4, ["a", "", "b"]), ("  x", 4, ["  x"]), ("字字字", 5, ["字字", "字"]),
    ("ab 字字", 6, ["ab", "字字"]),
  ])
  func `text is broken at spaces`(text: String, width: Int, lines: [String]) {
    #expect(Columns.wrap(text, width: width) == lines)
  }

  @Test func `wide characters take two columns`() {
    #expect(Columns.pair("字🙂", "b", width: 13) == ["字🙂  │ b"])
    #expect(Columns.table([["字", "a"], ["bcd", "e"]]) == ["字   a", "bcd  e"])
    #expect(Columns.right("字", 3) == " 字")
    #expect(String(Columns.fitting("a字b", 2)) == "a")
  }

  @Test func `a list may have spaces behind its commas`() {
    #expect(NumberList(argument: "20, 150")?.values == [20, 150])
    for text in ["20,,150", "20 150", ""] { #expect(NumberList(argument: text)?.values == nil) }
  }

  @Test func `a model cannot drive the terminal`() {
    let text = Columns.harmless("\u{1B}[2Jgone\r\u{7}\u{9B}31m ok\n\tfine")
    #expect(text == "\\u{1B}[2Jgone\\u{D}\\u{7}\\u{9B}31m ok\n\tfine")
  }

  @Test func `who runs the command sees what a log must not hold`() {
    let error = RESTAError(.templateFailed, "It failed.", sensitiveDetail: "no such tool")
    #expect(Failure.known(error)?.description == "It failed. (no such tool)")
    #expect(Failure.known(RESTAError(.templateFailed, "It failed."))?.description == "It failed.")
  }

  @Test func `one copy alone is not unanimous`() {
    func vote(_ asked: Int) -> VoteRecord {
      VoteRecord(
        position: 0, tokenID: 7, counts: [.init(tokenID: 7, count: asked)], asked: asked,
        margin: asked)
    }
    #expect(Summary.votes([vote(1), vote(1)]) == "2 votes, 0 unanimous, 0 tied")
    #expect(Summary.votes([vote(1), vote(6)]) == "2 votes, 1 unanimous, 0 tied")
  }

  @Test func `what is left of other work is not told by the time of the work before`() {
    var progress = RESTALocal.Progress()
    let now = ContinuousClock.now
    #expect(progress.rest(0.5, at: now + .seconds(60)) == ", about 60 s left")
    #expect(progress.rest(0, at: now + .seconds(61)).isEmpty)
    #expect(progress.rest(0.5, at: now + .seconds(71)) == ", about 10 s left")
  }

  @Test func `a line that moves is cut by the terminal, which wraps again behind it`() {
    #expect(Terminal.statusLine("a\u{7}") == "\r\u{1B}[2K\u{1B}[?7la\\u{7}\u{1B}[?7h")
  }

  @Test(arguments: [
    (0.0, "0"), (1.0, "1"), (0.4, "0.4"), (1.0879, "1.09"), (123.456, "123"), (0.00012, "0.00012"),
    (1234.5, "1234"), (20, "20"), (100, "100"), (1.2e-6, "0.0000012"), (1e-9, "1e-09"),
  ])
  func `numbers have three significant digits`(value: Double, text: String) {
    #expect(Summary.number(value) == text)
  }
}
