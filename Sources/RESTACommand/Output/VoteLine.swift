import RESTA

/// One vote on one line: its position, the token, and the candidates with their votes.
struct VoteLine {
  private let vote: VoteRecord
  private let tokenizer: any Tokenizer

  init(_ vote: VoteRecord, tokenizer: any Tokenizer) {
    self.vote = vote
    self.tokenizer = tokenizer
  }

  /// Green when all copies agree, yellow when the margin is small, red for a tie.
  var text: String {
    let chosen = vote.tokenID.map { Columns.visible(tokenizer.text(of: $0)) } ?? "(none)"
    let share = Double(vote.counts.first?.count ?? 0) / Double(max(1, vote.asked))
    let bar = String(repeating: "█", count: Int((share * 10).rounded()))
    let candidates = vote.counts.prefix(5).map { count in
      "\(Columns.visible(tokenizer.text(of: count.tokenID))) \(count.count)"
    }
    let more = vote.counts.count > 5 ? "  and \(vote.counts.count - 5) more" : ""
    let tie = vote.tieBreak.map { "  (tie, by \($0.rawValue))" } ?? ""
    let style: Style =
      vote.tieBreak != nil ? .red : vote.margin * 2 > vote.asked ? .green : .yellow
    return "  \(Columns.right("\(vote.position + 1)", 3))  \(Columns.left(chosen, 14)) "
      + "\(style(Columns.left(bar, 10)))  \(candidates.joined(separator: "  "))\(more)\(tie)"
  }
}
