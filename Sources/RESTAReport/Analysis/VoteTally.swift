import RESTAEvaluation
import RESTA

/// The votes of a defence's answers.
struct VoteTally {
  /// The answers with votes, in the order of the rows.
  let rows: [GenerationRow]

  init(_ rows: [GenerationRow]) {
    self.rows = rows.filter { $0.answer?.votes.isEmpty == false }
  }

  var votes: [VoteRecord] { rows.flatMap { $0.answer?.votes ?? [] } }

  /// margin / asked of every vote.
  var relativeMargins: ClusterSums { sums { $0.relativeMargin } }

  /// Whether each vote has a property.
  func holding(_ property: (VoteRecord) -> Bool) -> ClusterSums { sums { property($0) ? 1 : 0 } }

  private func sums(_ value: (VoteRecord) -> Double) -> ClusterSums {
    var sums = ClusterSums()
    for row in rows {
      for vote in row.answer?.votes ?? [] { sums.add(value(vote), to: row.cluster) }
    }
    return sums
  }
}

extension VoteRecord {
  /// The margin as a share of the copies asked; 0 without copies.
  var relativeMargin: Double { asked > 0 ? Double(margin) / Double(asked) : 0 }

  var isTie: Bool { tieBreak != nil }

  /// One copy more or less would have tied or turned it; other aggregators than the majority can
  /// choose a token with fewer votes than another, which counts too.
  var isNearTie: Bool { margin <= 1 }

  var isUnanimous: Bool { asked > 0 && margin == asked }
}
