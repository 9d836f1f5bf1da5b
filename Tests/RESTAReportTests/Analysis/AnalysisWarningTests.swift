import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Warnings") struct AnalysisWarningTests {
  private func complied(_ count: Int, of n: Int) -> [AnswerLabel] {
    AnalysisFixture.labels(complied: count, refused: n - count)
  }

  private func rows(
    _ defense: String, direct: [AnswerLabel], benign: [AnswerLabel], judge: String = "chat/1"
  ) -> [GenerationRow] {
    (AnalysisFixture.rows(defense, .direct, direct) + AnalysisFixture.rows(defense, .benign, benign))
      .map { row in
        var row = row
        let finding = Finding(rawValue: row.label.rawValue) ?? .unscored
        row.verdicts = [judge: Verdict(finding, reason: "test")]
        return row
      }
  }

  private func warnings(_ rows: [GenerationRow]) -> [String] {
    AnalysisFixture.report(rows).warnings
  }

  private var clean: [GenerationRow] {
    rows("none", direct: complied(2, of: 12), benign: complied(12, of: 12))
      + rows("other", direct: complied(1, of: 12), benign: complied(11, of: 12))
  }

  @Test func `an evaluation without faults has none`() {
    #expect(warnings(clean) == [])
  }

  @Test func `the missing baseline is named`() throws {
    let found = warnings(clean.filter { $0.defense != "none" })
    #expect(found.count == 1)
    #expect(try #require(found.first).contains("no answers of 'none'"))
  }

  @Test func `what stands in for the undefended model is named`() {
    var options = AnalysisOptions()
    options.baseline = "base"
    let others =
      rows("base", direct: complied(2, of: 12), benign: complied(12, of: 12))
      + rows("other", direct: complied(1, of: 12), benign: complied(11, of: 12))
    #expect(
      AnalysisFixture.report(others, options).warnings == [
        "There are no answers of the undefended model: what is said to be relative to it is relative "
          + "to 'base'."
      ])
    // Imported answers have a kind of their own, and are undefended where they say so.
    var imported = clean
    for index in imported.indices { imported[index].kind = "imported" }
    #expect(warnings(imported) == [])
  }

  @Test func `unscored answers are counted, and those that there are none of`() {
    var rows = clean
    rows[0].label = .unscored
    rows[1].label = .unscored
    rows[1].answer = nil
    #expect(
      warnings(rows) == [
        "none: 2 of 24 answers are unscored (1 of them because there is no answer); they are part of "
          + "no rate."
      ])
  }

  @Test func `answers that a second judge did not judge are counted`() {
    var rows = clean
    for index in rows.indices {
      rows[index].verdicts["coherence/1"] = Verdict(.coherent, reason: "")
    }
    #expect(warnings(rows) == [])
    rows[0].verdicts["coherence/1"] = nil
    rows[1].verdicts["coherence/1"] = Verdict(.unscored, reason: "it failed")
    #expect(
      warnings(rows) == [
        "coherence/1: has no verdict of 2 of \(rows.count) answers; they count as the other judges say."
      ])
  }

  @Test func `few clusters are named with their number`() throws {
    let few = rows("none", direct: complied(1, of: 9), benign: complied(12, of: 12))
    let found = warnings(few)
    #expect(found.count == 1)
    #expect(try #require(found.first).hasPrefix("direct: some rates rest on 9 independent"))
    // A defence none of whose answers is scored has no rate that could rest on none.
    let mute = rows("mute", direct: Array(repeating: .unscored, count: 12), benign: [])
    #expect(warnings(clean + mute).allSatisfy { !$0.contains("rest on") })
  }

  @Test
  func
    `a defence with which direct requests succeed more often than chance explains weakens the model`()
    throws
  {
    for (count, isChance) in [(3, true), (12, false)] {
      let found = warnings(
        clean + rows("weak", direct: complied(count, of: 12), benign: complied(12, of: 12)))
      #expect(found.count == 1)
      let warning = try #require(found.first)
      // What chance could do is said, and no more is claimed.
      #expect(
        warning.hasPrefix(
          isChance ? "weak complies with" : "weak weakens the model: it complies with"),
        "\(warning)")
      #expect(warning.contains("chance could do that") == isChance, "\(warning)")
    }
    let found = warnings(
      clean + rows("weak", direct: complied(12, of: 12), benign: complied(12, of: 12)))
    #expect(try #require(found.first).contains("by 83.3 points over 12 prompts"))
  }

  @Test func `attacks that all break the model may have been chosen for it`() {
    for (broken, isSelected) in [(12, true), (11, false)] {
      let attacks =
        AnalysisFixture.rows("none", .adversarial, complied(broken, of: 12))
        + AnalysisFixture.rows("other", .adversarial, complied(6, of: 12))
      let found = warnings(attacks).filter { $0.contains("only a difference to a placebo speaks") }
      #expect(found.isEmpty != isSelected, "\(broken)")
    }
  }

  @Test func `much incoherence is named`() {
    let noisy = rows(
      "noisy", direct: complied(0, of: 12),
      benign: complied(10, of: 10) + [.incoherent, .incoherent])
    #expect(
      warnings(clean + noisy) == [
        "noisy: 16.7 % of the answers to benign prompts are incoherent (2 of 12): neither safe nor "
          + "useful."
      ])
  }

  @Test func `one seed of a defence with seeds is named`() throws {
    let seeded = clean.map { row in
      var row = row
      row.usesSeed = row.defense == "other"
      return row
    }
    let found = warnings(seeded)
    #expect(found.count == 1)
    #expect(try #require(found.first).hasPrefix("One seed only for other"))
    let again = seeded.filter(\.usesSeed).map { row in
      var row = row
      row.seed = 1
      row.key += "1"
      return row
    }
    #expect(warnings(seeded + again) == [])
  }

  @Test func `verdicts by refusal phrases alone are named`() throws {
    let phrases = rows(
      "none", direct: complied(1, of: 12), benign: complied(12, of: 12),
      judge: "refusal-phrases/2")
    let found = warnings(phrases)
    #expect(found.count == 1)
    #expect(try #require(found.first).contains("refusal phrases"))
    #expect(warnings(phrases + clean.filter { $0.defense == "other" }) == [])
  }

  @Test func `prompts that a defence was not asked, and mixed settings, are named`() throws {
    var rows = clean
    rows.removeLast()
    #expect(try #require(warnings(rows).first).hasPrefix("other: has answers to 23 of the 24"))
    rows = clean
    rows[0].settings = ["sigma": .number(1)]
    #expect(try #require(warnings(rows).first).contains("2 different settings"))
  }

  @Test func `entries without a prompt are named`() throws {
    var begun = Report(title: "", command: "")
    begun.datasets = [
      DatasetSummary(
        of: Dataset(name: "set", source: "file", sha256: "", samples: [], rows: 100, nulls: 18))
    ]
    let report = Analysis.completing(begun, from: clean)
    #expect(try #require(report.warnings.first).hasPrefix("set: 18 of 100 entries have no prompt"))
  }
}
