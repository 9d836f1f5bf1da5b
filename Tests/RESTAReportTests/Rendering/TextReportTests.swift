import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The report on a terminal") struct TextReportTests {
  @Test(arguments: [40, 60, 80, 100, 120, 200])
  func `no line is longer than the terminal`(width: Int) {
    let lines = TextReport.render(ReportFixture.full, width: width)
      .split(separator: "\n", omittingEmptySubsequences: false)
    // A number with its interval and n is never broken.
    let limit = max(width, 62)
    for line in lines { #expect(TextWidth.columns(String(line)) <= limit, "\(line)") }
  }

  @Test(arguments: [60, 120])
  func `every defence stands there with n and verdict`(width: Int) {
    let text = TextReport.render(ReportFixture.full, width: width)
    for point in ReportFixture.full.tradeOff { #expect(text.contains(point.defense)) }
    #expect(text.matches(of: /n = \d+/).count >= 6 * ReportFixture.full.tradeOff.count)
    for verdict in ["reference", "better", "undecided", "worse"] { #expect(text.contains(verdict)) }
    #expect(text.contains("Warning: 95 answers are unscored"))
  }

  @Test(arguments: [60, 200])
  func `no verdict reads as if it were against a placebo`(width: Int) {
    let words = { (report: Report) in
      TextReport.render(report, width: width).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    #expect(words(ReportFixture.full).contains("No placebo was run"))
    let text = words(ReportFixture.withPlacebo)
    #expect(!text.contains("No placebo was run") && !text.contains("not run"))
    #expect(text.contains("Better than refusing at random is not better than the placebo"))
    #expect(text.contains("not separated from the placebo") && text.contains("below the placebo"))
    #expect(text.contains("p = 0.410") && text.contains("p < 0.001"))
  }

  @Test(arguments: [60, 250])
  func `settings that differ in the middle of a long name are told apart`(width: Int) {
    var report = ReportFixture.full
    let settings = [4, 10].map { "resta isotropic 0.55 k=\($0) l=20" }
    for (index, name) in settings.enumerated() {
      report.tradeOff[index + 1].defense = name + " ties=unperturbed"
    }
    let text = TextReport.render(report, width: width)
    for name in settings { #expect(text.contains(name), "\(text)") }
  }

  @Test func `columns are aligned whatever the width of the characters`() throws {
    let table = TextTable(
      headings: [["name"], ["value"], ["end"]],
      rows: [[["字字"], ["1 %", "n = 2"], ["a"]], [["é"], ["100 %"], ["b"]]])
    #expect(
      table.lines(width: 80) == [
        "name  value  end", "────────────────", "字字    1 %  a", "      n = 2", "────────────────",
        "é     100 %  b", "────────────────",
      ])
    #expect(table.lines(width: 15) == nil)
  }

  @Test func `long names lose their middle`() {
    #expect(TextWidth.shortened("resta-soft-directional-0.05", to: 12) == "resta-…-0.05")
    #expect(TextWidth.shortened("字字字字字字", to: 6) == "字…字")
    #expect(TextWidth.shortened("short", to: 5) == "short")
  }
}
