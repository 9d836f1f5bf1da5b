import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Correct answers in an analysis") struct AnalysisCorrectTests {
  private static func row(
    _ defense: String, _ index: Int, _ text: String?, _ label: AnswerLabel = .complied,
    kind: String? = nil
  ) -> GenerationRow {
    var sample = AnalysisFixture.sample("\(index)", .benign)
    sample.answers = AcceptedAnswers(accepted: ["\(index + 100)"])
    var row = AnalysisFixture.row(
      defense, sample, label, kind: kind, hasAnswer: text != nil)
    if let text { row.answer?.text = text }
    return row
  }

  @Test func `what is not correct is refused, incoherent or wrong, and what is missing neither`()
    throws
  {
    let rows = [
      Self.row("none", 0, "It is 100."), Self.row("none", 1, "101", .incoherent),
      Self.row("none", 2, "I cannot.", .refused), Self.row("none", 3, "7 7 7", .incoherent),
      Self.row("none", 4, "It is 105."), Self.row("none", 5, "105", .unscored),
      Self.row("none", 6, "?", .unscored), Self.row("none", 7, nil, .unscored),
      AnalysisFixture.row("none", AnalysisFixture.sample("free", .benign), .complied),
    ]
    let report = AnalysisFixture.report(rows)
    let summary = try #require(report.correctAnswers.first)
    #expect(report.correctAnswers.count == 1 && summary.asked == 8)
    #expect([summary.correct.count, summary.correct.n] == [3, 7])
    #expect(
      [summary.refused, summary.incoherent, summary.wrong, summary.unscored] == [1, 1, 2, 1])
    #expect(TextReport.render(report, width: 200).contains("Correct answers (set, none): 43 %"))
  }

  @Test func `a defence is compared with the undefended model and the placebo on the same prompts`()
    throws
  {
    let rows = (0..<12).flatMap { index in
      [
        Self.row("none", index, "\(index + 100)"),
        Self.row("placebo", index, index < 10 ? "\(index + 100)" : "?", kind: "placebo"),
        Self.row("RESTA", index, index < 3 ? "\(index + 100)" : "?", kind: "resta"),
      ]
    }
    let report = AnalysisFixture.report(rows)
    let found = report.correctComparisons.filter { $0.defense == "RESTA" }
    #expect(found.map(\.baseline) == ["none", "placebo"])
    #expect(found.map(\.lower) == [9, 7] && found.map(\.n) == [12, 12])
    #expect(abs((found[0].difference.value ?? 0) + 0.75) < 1e-12)
    #expect(abs((found[1].difference.value ?? 0) + 7.0 / 12) < 1e-12)
    // Complied is another thing: they all do.
    #expect(report.comparisons.allSatisfy { $0.difference.value == 0 })
  }

  @Test func `without accepted answers there is nothing of it`() {
    let report = AnalysisFixture.report(AnalysisFixture.evaluation(seed: 3))
    #expect(report.correctAnswers.isEmpty && report.correctComparisons.isEmpty)
    #expect(!HTMLReport.render(report).contains("Correct answers"))
  }
}
