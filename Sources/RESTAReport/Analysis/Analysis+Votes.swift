import RESTAEvaluation
import RESTA

extension Analysis {
  static func votes(
    in table: AnalysisTable, _ estimator: Estimator, rowLimit: Int
  ) -> [VoteSummary] {
    table.defenses.compactMap { defense in
      let tally = VoteTally(defense.rows)
      guard !tally.rows.isEmpty else { return nil }
      let votes = tally.votes
      return VoteSummary(
        defense: defense.name, answers: tally.rows.count, votes: votes.count,
        ties: estimator.rate(tally.holding(\.isTie)),
        nearTies: estimator.rate(tally.holding(\.isNearTie)),
        tieBreaks: Dictionary(
          votes.compactMap { $0.tieBreak }.map { ($0.rawValue, 1) }, uniquingKeysWith: +),
        positions: positions(of: votes),
        rows: EvenChoice.of(tally.rows, limit: rowLimit).map { heatMapRow($0) })
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
      margins: votes.map { max(0, min(1, $0.relativeMargin)) })
  }
}

/// A few of many, evenly spaced.
enum EvenChoice {
  /// All elements if there are no more than `limit`; else that many: those at ⌊i n / limit⌋.
  static func of<Element>(_ elements: [Element], limit: Int) -> [Element] {
    guard elements.count > limit else { return elements }
    return (0..<max(0, limit)).map { elements[$0 * elements.count / limit] }
  }
}
