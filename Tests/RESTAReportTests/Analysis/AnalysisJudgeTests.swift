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

  @Test func `instructions of one prompt, and its seeds, are a cluster`() throws {
    let rows = (0..<6).flatMap { prompt in
      (UInt64(1)...3).map { seed in
        var sample = AnalysisFixture.sample("\(prompt)", .benign)
        sample.instructions = ["punctuation:no_comma", "change_case:english_lowercase"].map {
          VerifiableInstruction(id: $0, arguments: [:])
        }
        var row = AnalysisFixture.row("none", sample, .complied, seed: seed)
        row.answer?.text = prompt < 3 ? "no comma and all of it in small letters" : "A, B"
        return row
      }
    }
    let summary = try #require(
      InstructionTables.summaries(of: rows, datasets: ["set"], defenses: ["none"]).first)
    let strict = summary.instructionStrict
    #expect([strict.count, strict.n, strict.clusters] == [18, 36, 6])
    // Six observations, not 36: Wilson's would be 0.34 to 0.66.
    #expect(strict.low < 0.2 && strict.high > 0.8, "\(strict)")
    #expect(summary.byType["punctuation:no_comma"]?.clusters == 6)
  }
}
