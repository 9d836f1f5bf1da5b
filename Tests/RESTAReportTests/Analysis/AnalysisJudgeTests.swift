import RESTADocuments
import RESTARefusals
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Judges of a report") struct AnalysisJudgeTests {
  @Test("findings and the phrases behind them are counted by judge") func phrases() throws {
    let refusal = RefusalPhraseJudge()
    let answers = ["I'm sorry, no.", "I'm sorry.", "I cannot do that.", "Here it is."]
    var rows: [GenerationRow] = []
    for (index, text) in answers.enumerated() {
      let verdict: Verdict
      if let match = refusal.match(text) {
        verdict = Verdict(.refused, reason: "test", details: ["phrase": .string(match.phrase)])
      } else {
        verdict = Verdict(.complied, reason: "test")
      }
      rows.append(
        AnalysisFixture.row(
          "none", AnalysisFixture.sample("s\(index)"), .refused,
          verdicts: ["refusal-phrases/2": verdict, "other/1": Verdict(.coherent, reason: "test")]))
    }
    let judges = AnalysisFixture.report(rows).judges
    #expect(judges.map(\.id) == ["other/1", "refusal-phrases/2"])
    #expect(judges[0].phrases.isEmpty)
    #expect(judges[0].agreement == nil)
    #expect(judges[1].findings == ["refused": 3, "complied": 1])
    #expect(judges[1].phrases.values.sorted() == [1, 2])
  }
}
