import RESTAEvaluation

/// How the votes went.
enum VoteSection {
  static func section(_ report: Report) -> PageSection {
    guard !report.votes.isEmpty else {
      return PageSection(id: "votes", title: "Votes", content: .empty)
    }
    return PageSection(
      id: "votes", title: "Votes",
      content: PageSection.paragraph(
        "The margin of a vote is by how many copies the winning token leads over the next, as a "
          + "share of all copies: 100 % is unanimous, 0 is a tie.") + table(report)
        + margins(report) + maps(report))
  }

  private static func table(_ report: Report) -> Markup {
    let rules = Set(report.votes.flatMap(\.tieBreaks.keys)).sorted()
    let rows = report.votes.map { summary -> [Markup] in
      [
        TableCells.text(summary.defense), TableCells.count(summary.answers),
        TableCells.count(summary.votes),
        TableCells.rate(summary.ties), TableCells.rate(summary.nearTies),
      ] + rules.map { rule in TableCells.count(summary.tieBreaks[rule] ?? 0) }
    }
    return PageTable(
      "Ties, and the rules that broke them",
      [
        .text("defence"), .number("answers"), .number("votes"), .number("ties"),
        .number("near ties: margin of at most 1 copy"),
      ] + rules.map { .number("broken by \($0)") }, rows: rows,
      note: "n counts votes. " + TableCells.methods(report.votes.map(\.ties))
    ).markup
  }

  private static func margins(_ report: Report) -> Markup {
    guard let figure = MarginFigure(report).figure else { return .empty }
    return PageSection.figure(
      figure,
      caption: "Mean margin of the votes by position in the answer (above), and of how many votes "
        + "that is the mean (below): late positions are those of long answers only.")
      + PageSection.details("The numbers of this figure", positions(report))
  }

  private static func positions(_ report: Report) -> Markup {
    let groups = report.votes.map { summary in
      PageTable.Group(
        title: summary.defense,
        rows: summary.positions.map { position in
          [
            TableCells.count(position.position), TableCells.count(position.votes),
            .text("\(NumberText.percent(position.meanMargin)) %"),
            .text("\(NumberText.percent(position.unanimous)) %"),
            .text("\(NumberText.percent(position.ties)) %"),
          ].enumerated().map { number, cell in
            number < 2
              ? cell : cell + .void("br") + .element("small", text: "n = \(position.votes)")
          }
        })
    }
    return PageTable(
      "Votes by position",
      [
        .number("position"), .number("votes"), .number("mean margin"), .number("unanimous"),
        .number("ties"),
      ], groups: groups
    ).markup
  }

  private static func maps(_ report: Report) -> Markup {
    let figures = zip(report.votes, ReportFigures.heatMaps(report)).compactMap {
      summary, figure in figure.map { (summary, $0) }
    }
    guard !figures.isEmpty else { return .empty }
    let parts = figures.enumerated().map { number, pair -> Markup in
      let (summary, figure) = pair
      let shown = Sample.Role.allCases.reduce(0) { $0 + HeatMapFigure.rows(summary, $1).count }
      let drawn = PageSection.figure(
        figure,
        caption: "Votes of single answers under \(summary.defense): \(shown) of "
          + "\(ReportWords.count(summary.answers, "answer")), the first of each kind of prompt. Each "
          + "cell is a token.")
      return number == 0 ? drawn : PageSection.details("Votes under \(summary.defense)", drawn)
    }
    return .element("h3", text: "Single answers") + .joined(parts)
  }
}
