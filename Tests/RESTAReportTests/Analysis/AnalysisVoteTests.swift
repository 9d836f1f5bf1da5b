import RESTADocuments
import Testing

@testable import RESTA
@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Votes in an analysis") struct AnalysisVoteTests {
  private func row(_ index: Int, _ votes: [VoteRecord]) -> GenerationRow {
    AnalysisFixture.row("resta", AnalysisFixture.sample("\(index)"), .refused, votes: votes)
  }

  @Test func `ties, near-ties, rules and margins are as counted by hand`() throws {
    let vote = AnalysisFixture.vote
    let report = AnalysisFixture.report([
      row(0, [vote(0, 10, 10, nil), vote(1, 0, 10, .logProbability), vote(2, 1, 10, nil)]),
      row(1, [vote(0, 5, 10, nil), vote(1, -2, 10, nil)]),
      row(2, []),
    ])
    let summary = try #require(report.votes.first)
    #expect(report.votes.count == 1)
    #expect([summary.answers, summary.votes] == [2, 5])
    #expect([summary.ties.count, summary.ties.n, summary.ties.clusters] == [1, 5, 2])
    #expect(summary.nearTies.count == 3)
    #expect(summary.tieBreaks == ["log-probability": 1])
    try #require(summary.positions.map(\.position) == [0, 1, 2])
    #expect(summary.positions.map(\.votes) == [2, 2, 1])
    #expect(summary.positions[0].meanMargin == 0.75 && summary.positions[0].unanimous == 0.5)
    #expect(abs(summary.positions[1].meanMargin + 0.1) < 1e-12)
    #expect(summary.positions[1].ties == 0.5)
    #expect(summary.rows.map(\.margins) == [[1, 0, 0.1], [0.5, 0]])
    #expect(summary.rows.map(\.positions) == [[0, 1, 2], [0, 1]])
    // A checkpoint's votes are not behind the window's.
    let later = AnalysisFixture.report([row(0, [vote(0, 10, 10, nil), vote(36, 2, 10, nil)])])
    #expect(later.votes.first?.rows.map(\.positions) == [[0, 36]])
    #expect(ReportTables.voteMargins(later).text.contains(",36,"))
    #expect(summary.rows.map(\.sample) == ["set 0", "set 1"])
  }

  @Test func `votes that ended early are counted, by the settings' number of copies`() throws {
    var rows = [row(0, [AnalysisFixture.vote(0, margin: 6, of: 6)])]
    rows.append(row(1, [AnalysisFixture.vote(0, margin: 10, of: 10)]))
    #expect(AnalysisFixture.report(rows).votes.first?.decidedEarly == 0)
    for index in rows.indices { rows[index].settings["samples"] = .integer(10) }
    #expect(AnalysisFixture.report(rows).votes.first?.decidedEarly == 1)
  }

  @Test func `one copy alone is not unanimous, and no near tie`() throws {
    var rows = [row(0, (0..<2).map { AnalysisFixture.vote($0, margin: 1, of: 1) })]
    for (copies, isVote) in [(1, false), (3, true)] {
      rows[0].settings["samples"] = .integer(Int128(copies))
      let report = AnalysisFixture.report(rows)
      let summary = try #require(report.votes.first)
      #expect(summary.answers == 1 && summary.votes == 2 && summary.votedTokens == 2)
      #expect([summary.ties.n, summary.nearTies.n] == (isVote ? [2, 2] : [0, 0]))
      #expect(summary.positions.isEmpty != isVote && summary.rows.isEmpty != isVote)
      #expect((MarginFigure(report).figure == nil) != isVote)
      let page = HTMLReport.render(report)
      #expect(page.contains("Votes by position") == isVote)
    }
  }

  /// Answers of so many tokens and characters, of which so many tokens were voted on.
  @Test(arguments: [
    ("refusal-phrases/1", 24, 144, 20, "maximum_tokens", true, 10.0),
    ("refusal-phrases/1", 24, 144, 5, "maximum_tokens", false, 10),
    ("refusal-phrases/2", 24, 144, 20, "maximum_tokens", false, 24),
    ("chat/1", 20, 120, 20, "maximum_tokens", true, 20),
    ("chat/1", 12, 72, 12, "end_of_generation", false, 12),
  ])
  func `what was judged is told from what was voted on`(
    judge: String, tokens: Int, characters: Int, voted: Int, stop: String, isInside: Bool,
    judged: Double
  ) throws {
    var row = row(0, (0..<voted).map { AnalysisFixture.vote($0, margin: 3, of: 3) })
    row.verdicts = [judge: Verdict(.refused, reason: "test")]
    row.answer?.tokenIDs = Array(repeating: 1, count: tokens)
    row.answer?.text = String(repeating: "a", count: characters)
    row.answer?.stopReason = stop
    let report = AnalysisFixture.report([row])
    let summary = try #require(report.votes.first)
    #expect(summary.votedTokens == Double(voted) && summary.judgedTokens == judged)
    #expect((summary.judgedInside.share == 1) == isInside)
    let warnings = report.warnings.filter { $0.contains("nothing says what follows") }
    #expect(warnings.isEmpty != isInside)
  }

  @Test func `the heat map takes a few answers, evenly spaced`() throws {
    var options = AnalysisOptions()
    options.heatMapLimit = 4
    let rows = (10..<20).map { row($0, [AnalysisFixture.vote(0, margin: 3, of: 3)]) }
    let summary = try #require(AnalysisFixture.report(rows, options).votes.first)
    #expect(summary.answers == 10)
    #expect(summary.rows.map(\.sample) == ["set 10", "set 12", "set 15", "set 17"])
    // Of each kind of prompt the figure draws no more than it has room for, evenly spaced too.
    options.heatMapLimit = 40
    let many = (100..<140).map { row($0, [AnalysisFixture.vote(0, margin: 3, of: 3)]) }
    let all = try #require(AnalysisFixture.report(many, options).votes.first)
    let drawn = HeatMapFigure.rows(all, .adversarial).map(\.sample)
    #expect(drawn == stride(from: 100, to: 140, by: 2).map { "set \($0)" })
  }
}
