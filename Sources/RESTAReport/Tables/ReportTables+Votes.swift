import RESTAEvaluation

/// The tables of the votes.
extension ReportTables {
  static var votes: [ReportColumn<VoteSummary>] {
    [
      .text("defense", "defence", \.defense), .count("answers", "answers", \.answers),
      .count("votes", "votes", \.votes),
      .count("decided_early", "decided before all copies were asked", \.decidedEarly),
      .rate("ties", "ties", \.ties),
      .rate("near_ties", "near ties: margin of at most 1 copy", \.nearTies),
      mean("voted_tokens", "tokens voted on", \.votedTokens),
      mean("judged_tokens", "tokens judged", \.judgedTokens),
      .rate("judged_inside", "judged within the votes only", \.judgedInside),
    ]
  }

  private static func mean(
    _ heading: String, _ title: String, _ value: @escaping (VoteSummary) -> Double
  ) -> ReportColumn<VoteSummary> {
    .number(heading, title, value) { row in
      .element("b", text: NumberText.fixed(value(row), 1)) + .void("br")
        + .element("small", text: "n = \(row.answers)")
    }
  }

  static var votePositions: [ReportColumn<(VoteSummary, VoteSummary.Position)>] {
    [
      .text("defense", nil, \.0.defense), .count("position", "position", \.1.position),
      .count("votes", "votes", \.1.votes),
      share("mean_margin", "mean margin, of the copies asked", \.meanMargin),
      share("unanimous", "unanimous", \.unanimous), share("ties", "ties", \.ties),
    ]
  }

  private static func share(
    _ heading: String, _ title: String, _ value: @escaping (VoteSummary.Position) -> Double
  ) -> ReportColumn<(VoteSummary, VoteSummary.Position)> {
    .number(heading, title, { value($0.1) }) { row in
      .text("\(NumberText.percent(value(row.1))) %") + .void("br")
        + .element("small", text: "n = \(row.1.votes)")
    }
  }

  /// One row for each token that was voted on: the form that plotting programs want.
  static func voteMargins(_ report: Report) -> ReportCSV {
    typealias Row = (defense: String, answer: VoteSummary.Row, position: Int, margin: Double)
    let columns: [ReportColumn<Row>] = [
      .text("defense", nil, \.defense), .text("sample", nil, \.answer.sample),
      .text("role", nil, \.answer.role.rawValue), .text("label", nil, \.answer.label.rawValue),
      .count("position", nil, \.position),
      .number("margin", nil, \.margin) { _ in .empty },
    ]
    return ReportCSV(
      columns,
      report.votes.flatMap { votes in
        votes.rows.flatMap { row in
          zip(row.positions, row.margins).map { (votes.defense, row, $0, $1) }
        }
      })
  }

  static func tieBreaks(_ report: Report) -> ReportCSV {
    let columns: [ReportColumn<(defense: String, rule: String, count: Int)>] = [
      .text("defense", nil, \.defense), .text("rule", nil, \.rule), .count("count", nil, \.count),
    ]
    return ReportCSV(
      columns,
      report.votes.flatMap { votes in
        ReportWords.sorted(votes.tieBreaks).map { (votes.defense, $0.key, $0.value) }
      })
  }
}

/// The tables of what the vote makes of single copies.
extension ReportTables {
  static var voteEffects: [ReportColumn<VoteEffect>] {
    [
      .text("role", nil, \.role.rawValue), .text("single", "one copy", \.single),
      .text("voted", "the vote", \.voted), .count("copies", "copies", \.copies),
      .count("prompts", "prompts", \.all.prompts),
      .count("higher", "the vote complies more often", \.all.higher),
      .count("equal", "as often", \.all.equal), .count("lower", "less often", \.all.lower),
    ] + counts("above_half", "mostly complied with by one copy", \.aboveHalf)
      + counts("below_half", "mostly not", \.belowHalf)
  }

  private static func counts(
    _ heading: String, _ title: String, _ counts: @escaping (VoteEffect) -> VoteEffect.Counts
  ) -> [ReportColumn<VoteEffect>] {
    [
      .count("\(heading)_higher", nil) { counts($0).higher },
      .count("\(heading)_equal", nil) { counts($0).equal },
      .count("\(heading)_lower", nil) { counts($0).lower },
      .page(title) {
        .text(counts($0).text) + .element("small", text: ", n = \(counts($0).prompts)")
      },
    ]
  }

  static var voteEffectPrompts: [ReportColumn<(VoteEffect, VoteEffect.Point)>] {
    [
      .text("role", nil, \.0.role.rawValue), .text("single", nil, \.0.single),
      .text("voted", nil, \.0.voted), .text("sample", nil, \.1.sample),
      .number("single_share", nil, \.1.single) { _ in .empty },
      .count("single_n", nil, \.1.singleAnswers),
      .number("voted_share", nil, \.1.voted) { _ in .empty },
      .count("voted_n", nil, \.1.votedAnswers),
    ]
  }

  static var voteEffectBins: [ReportColumn<(VoteEffect, VoteEffect.Bin)>] {
    [
      .text("role", nil, \.0.role.rawValue), .text("single", nil, \.0.single),
      .text("voted", "the vote", \.0.voted),
      .text("voted_answers", "of its answers comply", \.1.text),
      .number("low", nil, \.1.low) { _ in .empty }, .number("high", nil, \.1.high) { _ in .empty },
      .mean("single_share", "mean share of one copy’s", \.1.single),
    ]
  }
}
