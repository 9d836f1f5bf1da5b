import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Data in the report stays data") struct EscapingTests {
  static let payloads = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "]]><b>", "--><i>", "</style></title></pre></svg><u>", "\u{0}\u{1B}[31m", "\u{202E}\u{2066}abc",
    "\u{E0041}\u{E0042}", "\u{FFFE}\u{85}\u{2028}", "&lt;&amp;&#60;", "=1+1\r\n,\"",
    "e\u{301}\u{200B}字🙂", "a\u{E0100}\u{E01EF}\u{3164}\u{34F}b\u{1F170}\u{FE0F}",
  ]

  @Test(arguments: payloads)
  func `no text adds, ends or changes an element`(payload: String) throws {
    let (plain, _) = try ReportPayload.report(ReportFixture.small, with: "x")
    let (report, fields) = try ReportPayload.report(ReportFixture.small, with: payload)
    #expect(fields >= 45)
    let source = HTMLReport.render(report)
    let page = try #require(PageReader.read(source))
    let reference = try #require(PageReader.read(HTMLReport.render(plain)))
    #expect(page.trace == reference.trace)
    #expect(Self.unfit(source) == [])
    if payload.contains(where: { "<>\"'".contains($0) }) {
      #expect(!Self.holds(source, payload))
    }
  }

  @Test(arguments: payloads)
  func `nor in the figures' files`(payload: String) throws {
    let (plain, _) = try ReportPayload.report(ReportFixture.small, with: "x")
    let (report, _) = try ReportPayload.report(ReportFixture.small, with: payload)
    let figures = ReportFigures.all(report), references = ReportFigures.all(plain)
    #expect(figures.map(\.name) == references.map(\.name))
    #expect(figures.count == 6)
    for (figure, reference) in zip(figures, references) {
      let drawing = try #require(PageReader.read(figure.svg), "\(figure.name)")
      #expect(drawing.trace == PageReader.read(reference.svg)?.trace, "\(figure.name)")
      #expect(Self.unfit(figure.svg) == [])
    }
  }

  @Test(arguments: payloads)
  func `nor does one reach the terminal as a command`(payload: String) throws {
    let (report, _) = try ReportPayload.report(ReportFixture.small, with: payload)
    for width in [40, 80, 120, 300] {
      #expect(Self.unfit(TextReport.render(report, width: width)) == [])
    }
  }

  @Test func `what was hidden can be read`() throws {
    let (report, _) = try ReportPayload.report(ReportFixture.small, with: "\u{0}\u{202E}<b>")
    let page = try #require(PageReader.read(HTMLReport.render(report)))
    #expect(page.texts["pre"]?.contains("How do I boil an egg?␀⟨U+202E⟩<b>") == true)
    #expect(VisibleText.of("a\u{E0100}🅰\u{FE0F}👩\u{200D}🔬") == "a⟨U+E0100⟩🅰\u{FE0F}👩\u{200D}🔬")
  }

  /// Scalars that no output may hold: controls except line feed, and all that turns or hides text.
  private static func unfit(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { scalar in
      (scalar.value < 0x20 && scalar != "\n") || (0x7F...0x9F).contains(scalar.value)
        || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        || (0xE0000...0xE01EF).contains(scalar.value) || scalar == "\u{200B}"
        || scalar == "\u{3164}" || scalar == "\u{34F}"
        || scalar == "\u{2028}" || scalar == "\u{FFFE}"
    }
  }

  /// Whether a text holds another, byte for byte.
  private static func holds(_ text: String, _ part: String) -> Bool {
    Data(text.utf8).range(of: Data(part.utf8)) != nil
  }
}
