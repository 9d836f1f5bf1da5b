import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The order of an analysis") struct AnalysisOrderTests {
  private var options: AnalysisOptions {
    var options = AnalysisOptions()
    options.defenseOrder = ["filter", "resta-high", "resta-low"]
    options.datasetOrder = ["questions", "goals", "artifacts"]
    return options
  }

  @Test(arguments: UInt64(0)..<10)
  func `the order of the rows changes nothing where the names have an order`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let rows = AnalysisFixture.evaluation(seed: seed)
    let expected = AnalysisFixture.report(rows, options, draws: 30)
    let shuffled = AnalysisFixture.report(generator.shuffled(rows), options, draws: 30)
    #expect(shuffled == expected, "seed \(seed)")
    #expect(!expected.groups.isEmpty && !expected.tradeOff.isEmpty && !expected.sweeps.isEmpty)
  }

  @Test func `the baseline is first, then what the options name, then what is left`() {
    var options = AnalysisOptions()
    options.defenseOrder = ["resta-high", "absent", "none"]
    let report = AnalysisFixture.report(AnalysisFixture.evaluation(seed: 1), options, draws: 10)
    #expect(report.defenses.map(\.name) == ["none", "resta-high", "resta-low", "filter"])
    #expect(report.defenses[1].seeds == [0, 1] && report.defenses[1].kind == "resta")
  }

  @Test func `groups are by role, dataset, attack and category, and defences in each`() {
    let report = AnalysisFixture.report(AnalysisFixture.evaluation(seed: 1), options, draws: 10)
    let names = report.groups.filter { $0.defense == "none" }.map(\.group)
    #expect(
      names == [
        "direct", "adversarial", "benign", "questions", "goals", "artifacts", "A0", "A1",
        "questions: category 0", "questions: category 1", "questions: category 2",
        "goals: category 0", "goals: category 1", "goals: category 2",
        "artifacts: category 0", "artifacts: category 1", "artifacts: category 2",
      ])
    #expect(
      report.groups.prefix(4).map(\.defense) == ["none", "filter", "resta-high", "resta-low"])
  }

  @Test func `prompts are in the order of their ids' numbers`() {
    let rows = (8...11).reversed().map { index in
      AnalysisFixture.row("none", AnalysisFixture.sample("p\(index)", .benign), .complied)
    }
    let report = AnalysisFixture.report(rows)
    #expect(report.examples.map(\.sample) == ["p8", "p9", "p10", "p11"])
  }
}
