import RESTA
import RESTADocuments
import RESTAEvaluation

struct VoteTally {
  /// The answers with votes, in the order of the rows.
  let rows: [GenerationRow]

  init(_ rows: [GenerationRow]) {
    self.rows = rows.filter { $0.answer?.votes.isEmpty == false }
  }

  var votes: [VoteRecord] { rows.flatMap { $0.answer?.votes ?? [] } }

  /// Of every vote the margin as a share of the copies asked: of fewer than all where it was decided early.
  var relativeMargins: ClusterSums { sums { $0.relativeMargin } }

  func holding(_ property: (VoteRecord) -> Bool) -> ClusterSums { sums { property($0) ? 1 : 0 } }

  /// Votes in which fewer copies were asked than in others of the same settings.
  var decidedEarly: Int {
    rows.reduce(0) { early, row in
      let votes = row.answer?.votes ?? []
      let copies = row.settings["samples"]?.int ?? votes.map(\.asked).max() ?? 0
      return early + votes.count { $0.asked < copies }
    }
  }

  /// The mean number of tokens up to the last vote and of those that were judged; and, of the answers that go
  /// on behind the votes or were cut off, whether all that was judged was voted on.
  var windows: (voted: Double, judged: Double, inside: ClusterSums) {
    var (voted, judged, inside) = (0.0, 0.0, ClusterSums())
    for row in rows {
      guard let answer = row.answer else { continue }
      let positions = answer.votes.map(\.position)
      let end = Double((positions.max() ?? -1) + 1)
      let seen = row.judgedTokens(of: answer)
      voted += end
      judged += seen
      let isCut = ["maximum_tokens", "context_full"].contains(answer.stopReason)
      if isCut || Double(answer.tokenIDs.count) > end {
        // Votes need not begin at the start, and checkpoints leave gaps.
        let isVoted = Double(positions.count { Double($0) < seen }) >= seen
        inside.add(isVoted ? 1 : 0, to: row.cluster)
      }
    }
    let n = Double(max(1, rows.count))
    return (voted / n, judged / n, inside)
  }

  private func sums(_ value: (VoteRecord) -> Double) -> ClusterSums {
    var sums = ClusterSums()
    for row in rows {
      for vote in row.answer?.votes ?? [] { sums.add(value(vote), to: row.cluster) }
    }
    return sums
  }
}

extension GenerationRow {
  /// How many tokens of an answer its judges looked at.
  ///
  /// The first version of the refusal phrases saw the first 60 Unicode scalars; every other judge sees
  /// the whole answer.
  fileprivate func judgedTokens(of answer: DefendedAnswer) -> Double {
    let all = Double(answer.tokenIDs.count)
    let deciding = verdicts.filter { [.refused, .complied].contains($0.value.finding) }.keys
    guard !deciding.isEmpty, deciding.allSatisfy({ $0 == "refusal-phrases/1" }) else { return all }
    let scalars = Double(answer.text.unicodeScalars.count)
    return scalars > 60 ? all * 60 / scalars : all
  }
}

extension VoteRecord {
  /// The margin as a share of the copies asked; 0 without copies.
  var relativeMargin: Double { asked > 0 ? Double(margin) / Double(asked) : 0 }

  var isTie: Bool { tieBreak != nil }

  /// One copy more or less would have tied or turned it; other aggregators than the majority can
  /// choose a token with fewer votes than another, which counts too.
  var isNearTie: Bool { margin <= 1 }
}

extension Analysis {
  static func votes(
    in table: AnalysisTable, _ estimator: Estimator, rowLimit: Int
  ) -> [VoteSummary] {
    table.defenses.compactMap { defense in
      let tally = VoteTally(defense.rows)
      guard !tally.rows.isEmpty else { return nil }
      let windows = tally.windows
      let voting = defense.isAlone ? VoteTally([]) : tally
      return VoteSummary(
        defense: defense.name, answers: tally.rows.count, votes: tally.votes.count,
        decidedEarly: tally.decidedEarly, ties: estimator.rate(voting.holding(\.isTie)),
        nearTies: estimator.rate(voting.holding(\.isNearTie)), votedTokens: windows.voted,
        judgedTokens: windows.judged, judgedInside: estimator.rate(windows.inside),
        tieBreaks: Dictionary(
          voting.votes.compactMap { $0.tieBreak }.map { ($0.rawValue, 1) }, uniquingKeysWith: +),
        positions: positions(of: voting.votes),
        rows: voting.rows.evenly(atMost: rowLimit).map { heatMapRow($0) })
    }
  }

  private static func positions(of votes: [VoteRecord]) -> [VoteSummary.Position] {
    let byPosition = Dictionary(grouping: votes, by: \.position)
    return byPosition.keys.sorted().map { position in
      let here = byPosition[position] ?? []
      let n = Double(here.count)
      return VoteSummary.Position(
        position: position, votes: here.count,
        meanMargin: here.reduce(0) { $0 + $1.relativeMargin } / n,
        unanimous: Double(here.count(where: \.isUnanimous)) / n,
        ties: Double(here.count(where: \.isTie)) / n)
    }
  }

  private static func heatMapRow(_ row: GenerationRow) -> VoteSummary.Row {
    let votes = (row.answer?.votes ?? []).sorted { $0.position < $1.position }
    return VoteSummary.Row(
      sample: "\(row.dataset) \(row.sample.id)", role: row.sample.role, label: row.label,
      positions: votes.map(\.position), margins: votes.map { max(0, min(1, $0.relativeMargin)) })
  }
}
