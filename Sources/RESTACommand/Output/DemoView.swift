import RESTA

/// One prompt of the demo on a screen.
struct DemoView {
  let tokenizer: any Tokenizer

  func show(_ item: DemoScript.Prompt, undefended: GenerationResult, defended: GenerationResult) {
    let width = Terminal.width
    Terminal.line(
      "\n\(Style.bold("── \(item.title) "))\(Style.dim(String(repeating: "─", count: max(0, width - item.title.count - 4))))"
    )
    for line in Columns.wrap("> " + item.prompt, width: width) { Terminal.line(Style.cyan(line)) }
    Terminal.line()
    let heads = Columns.pair("UNDEFENDED", "DEFENDED BY RESTA", width: width)
    for line in heads { Terminal.line(Style.bold(line)) }
    for line in Columns.pair(answer(undefended), answer(defended), width: width) {
      Terminal.line(line)
    }
    Terminal.line("\n\(Style.bold("Votes"))  \(Summary.settings(defended.settings))")
    if defended.votes.contains(where: { $0.asked < defended.settings.defense.samples }) {
      Terminal.line(Style.dim("       copies that cannot change a vote any more are not asked"))
    }
    for vote in defended.votes { Terminal.line(VoteLine(vote, tokenizer: tokenizer).text) }
    showCost(undefended, defended)
  }

  private func answer(_ result: GenerationResult) -> String {
    result.stopReason == .maximumTokens ? result.text + " …" : result.text
  }

  private func showCost(_ undefended: GenerationResult, _ defended: GenerationResult) {
    Terminal.line("\n\(Style.bold("Cost"))")
    for (name, result) in [("undefended", undefended), ("defended", defended)] {
      Terminal.line("  \(Columns.left(name, 11)) \(Summary.cost(result))")
    }
    let ratio = defended.totals.wallSeconds / max(undefended.totals.wallSeconds, 1e-9)
    Terminal.line(
      "  \(Summary.number(ratio)) times the undefended time "
        + "(\(defended.settings.decoder.rawValue) decoder; the answers differ in length)")
  }
}

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
