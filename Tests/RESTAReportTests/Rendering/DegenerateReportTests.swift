import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

/// Reports that lack what others have: all must be drawn, without an invented number.
@Suite("Reports with little in them") struct DegenerateReportTests {
  enum Lack: String, CaseIterable, Sendable {
    case everything, allButOneDefense, undefended, answers, scores, means, fronts
  }

  private static func report(_ lack: Lack) -> Report {
    var report = ReportFixture.full
    switch lack {
    case .everything: return Report(title: "", command: "")
    case .allButOneDefense:
      report.defenses.removeSubrange(1...)
      report.tradeOff.removeSubrange(1...)
      report.groups.removeAll { $0.defense != "none" }
      report.comparisons = []
      report.votes = []
    case .undefended:
      report.defenses.removeFirst()
      report.tradeOff.removeFirst()
      report.groups.removeAll { $0.defense == "none" }
      report.comparisons = []
    case .answers:
      report.groups = []
      report.tradeOff = []
    case .scores:
      let none = Rate(count: 0, n: 0, clusters: 0, low: .nan, high: .nan, method: "wilson")
      for index in report.groups.indices {
        report.groups[index].refused = none
        report.groups[index].complied = none
        report.groups[index].incoherent = none
        report.groups[index].unscored = report.groups[index].asked
      }
      for index in report.tradeOff.indices {
        report.tradeOff[index].attackSuccess = none
        report.tradeOff[index].usefulness = none
      }
    case .means:
      let none = Mean(value: nil, n: 0, low: nil, high: nil)
      for index in report.groups.indices { report.groups[index].tokenRatio = none }
      for index in report.tradeOff.indices {
        report.tradeOff[index].aboveDiagonal = none
        report.tradeOff[index].tokenRatio = Mean(value: .nan, n: 0, low: .nan, high: .infinity)
      }
      for index in report.comparisons.indices {
        report.comparisons[index].difference = none
        report.comparisons[index].p = .nan
      }
    case .fronts:
      report.sweeps = [Sweep(parameter: "sigma", fixed: "", series: "", points: [])]
      for index in report.votes.indices {
        report.votes[index].positions = []
        report.votes[index].rows = []
      }
    }
    return report
  }

  @Test(arguments: Lack.allCases)
  func `they are drawn, and never with a number that is none`(lack: Lack) throws {
    let report = Self.report(lack)
    let page = try #require(PageReader.read(HTMLReport.render(report)))
    #expect(page.texts["h2"]?.first == "Summary")
    var outputs = [HTMLReport.render(report), TextReport.render(report, width: 80)]
    for (name, svg) in ReportFigures.all(report) {
      #expect(PageReader.read(svg) != nil, "\(name)")
      outputs.append(svg)
    }
    outputs += ReportTables.csv(report).map(\.csv)
    for output in outputs {
      #expect(output.firstMatch(of: /\b(nan|NaN|inf|infinity)\b/) == nil)
      #expect(!output.contains("Optional("))
    }
  }

  @Test func `an empty report says that there is nothing`() throws {
    let report = Report(title: "", command: "")
    let page = try #require(PageReader.read(HTMLReport.render(report)))
    #expect(page.texts["p"]?.contains { $0.hasPrefix("No answers have been scored") } == true)
    #expect(ReportFigures.all(report).isEmpty)
    #expect(ReportTables.csv(report).isEmpty)
    #expect(TextReport.render(report).contains("No trade-off to show"))
  }

  @Test func `without the undefended model there is no diagonal, and the page says so`() {
    let pages = [Self.report(.means), Self.report(.undefended)].map { report in
      var report = report
      // Their line is another.
      report.voteEffects = []
      return HTMLReport.render(report)
    }
    let (with, without) = (pages[0], pages[1])
    // One is in the legend.
    #expect(with.matches(of: /class="diagonal"/).count == 2)
    #expect(without.matches(of: /class="diagonal"/).count == 1)
    #expect(without.contains("so there is no line of refusing at random"))
  }

  @Test func `nothing of nothing is written as n = 0`() {
    let rate = Rate(count: 0, n: 0, clusters: 0, low: 0, high: 1, method: "wilson")
    #expect(EstimateText(rate).line == "–, n = 0")
  }
}
