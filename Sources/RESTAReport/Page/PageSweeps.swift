import RESTAEvaluation

/// What varies with one setting.
enum SweepSection {
  static func section(_ report: Report) -> PageSection {
    let parts = SweepFigure.grouped(report.sweeps).enumerated().map { number, sweeps in
      part(sweeps, number: number + 1)
    }
    return PageSection(id: "sweeps", title: "Sweeps", content: .joined(parts))
  }

  private static func part(_ sweeps: [Sweep], number: Int) -> Markup {
    guard let first = sweeps.first,
      let figure = SweepFigure(series: sweeps, number: number).figure
    else { return .empty }
    let name = ReportWords.parameter(first.parameter)
    return .element("h3", text: "Over the \(name)")
      + PageSection.figure(
        figure,
        caption: "What varies with the \(name), while the others stay: \(first.fixed). Values "
          + "stand at equal distances, curves a little beside each other; bars are 95 % intervals. "
          + "Vertical axes differ. n stands in the table below.")
      + PageSection.details("The numbers of this figure", table(sweeps, name: name))
  }

  private static func table(_ sweeps: [Sweep], name: String) -> Markup {
    let groups = sweeps.map { sweep in
      (title: Optional(sweep.series), rows: sweep.points.map { (sweep, $0) })
    }
    return PageTable(
      "Sweep over the \(name)",
      ReportTables.sweeps(name), groups: groups,
      note: TableCells.methods(sweeps.flatMap { $0.points.compactMap(\.attackSuccess) })
    ).markup
  }
}

/// How the votes went.
enum VoteSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "votes", title: "Votes",
      content: report.votes.isEmpty
        ? .empty
        : PageSection.paragraph(
          "The margin of a vote is by how many copies the winning token leads over the next, as a "
            + "share of the copies asked: 100 % is unanimous, 0 is a tie. \(early(report))")
          + table(report) + margins(report) + maps(report))
  }

  /// What margins are of when votes end before all have voted.
  private static func early(_ report: Report) -> String {
    let early = report.votes.reduce(0) { $0 + $1.decidedEarly }
    guard early > 0 else { return "" }
    let all = report.votes.reduce(0) { $0 + $1.ties.n }
    return
      "\(early) of \(all) votes were decided before all copies were asked: their margins are of "
      + "the copies asked, and cannot be compared between numbers of copies."
  }

  private static func table(_ report: Report) -> Markup {
    let rules = Set(report.votes.flatMap(\.tieBreaks.keys)).sorted()
    let columns =
      ReportTables.votes
      + rules.map { rule in .count(nil, "broken by \(rule)") { $0.tieBreaks[rule] ?? 0 } }
    return PageTable(
      "Ties, and the rules that broke them",
      columns, rows: report.votes,
      note: "n counts votes. " + TableCells.methods(report.votes.map(\.ties))
    ).markup
  }

  private static func margins(_ report: Report) -> Markup {
    guard let figure = MarginFigure(report).figure else { return .empty }
    return PageSection.figure(
      figure,
      caption:
        "Mean margin of the votes, of the copies asked, by position in the answer (above), and of how many votes "
        + "that is the mean (below): late positions are those of long answers only.")
      + PageSection.details("The numbers of this figure", positions(report))
  }

  private static func positions(_ report: Report) -> Markup {
    let groups = report.votes.map { summary in
      (title: Optional(summary.defense), rows: summary.positions.map { (summary, $0) })
    }
    return PageTable(
      "Votes by position",
      ReportTables.votePositions, groups: groups
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
          + "\(ReportWords.count(summary.answers, "answer")), evenly spaced. Each cell is a token.")
      return number == 0 ? drawn : PageSection.details("Votes under \(summary.defense)", drawn)
    }
    return .element("h3", text: "Single answers") + .joined(parts)
  }
}
