import RESTAEvaluation

/// Which answers a judge prefers: the defended or the undefended ones.
enum PreferenceSection {
  static func section(_ report: Report) -> PageSection {
    let rows = report.preferences.map { summary in
      [
        TableCells.text(summary.defense), TableCells.text(summary.dataset),
        TableCells.text(summary.judge),
        TableCells.mean(summary.winRate), controlled(summary),
        TableCells.rate(summary.inconsistent),
        TableCells.count(summary.unscored), TableCells.mean(summary.lengthRatio),
      ]
    }
    let table = PageTable(
      "Pairwise judgements against the undefended answers",
      [
        .text("defence"), .text("dataset"), .text("judge"), .number("win rate"),
        .number("win rate, length-controlled"), .number("depends on the order"),
        .number("unscored pairs"), .number("length ratio"),
      ], rows: rows,
      note: "A tie is half a win and both orders are averaged: 0.5 is no preference. The "
        + "length-controlled rate takes out that judges prefer long answers. "
        + TableCells.methods(report.preferences.map(\.inconsistent)))
    return PageSection(id: "preferences", title: "Preferences", content: table.markup)
  }

  private static func controlled(_ summary: PreferenceSummary) -> Markup {
    guard let rate = summary.lengthControlled, rate.isFinite else {
      return .text("not fitted")
    }
    return .element("b", text: NumberText.fixed(rate, 2)) + .void("br")
      + .element("small", text: "n = \(summary.winRate.n)")
  }
}
