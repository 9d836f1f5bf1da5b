import RESTAEvaluation

/// Safety against usefulness: the figure and its numbers.
enum TradeOffSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let points = index.report.tradeOff
    let content =
      points.isEmpty
      ? PageSection.paragraph(
        "There is no trade-off to show: that takes attacks and benign prompts under the same "
          + "defence.")
      : figure(index) + table(index)
    return PageSection(id: "trade-off", title: "Safety against usefulness", content: content)
  }

  private static func figure(_ index: ReportIndex) -> Markup {
    guard let figure = TradeOffFigure(index).figure else { return .empty }
    let line =
      index.undefended == nil
      ? "The undefended model was not run, so there is no line of refusing at random."
      : "The dashed line is what refusing a random share of all prompts does to the undefended "
        + "model: a defence is worth something below it."
    return PageSection.figure(
      figure,
      caption: "Attack success rate against usefulness; lower right is better. Crosses are 95 % "
        + "intervals, rings mark the Pareto front. \(line) n stands in the table.")
  }

  private static func table(_ index: ReportIndex) -> Markup {
    let points = index.report.tradeOff
    let drawn = TradeOffFigure.drawn(index.report)
    let rows = points.map { point -> [Markup] in
      let number = drawn.firstIndex(of: point).map { "\($0 + 1). " } ?? ""
      return [
        .text(number) + TableCells.text(point.defense), TableCells.rate(point.attackSuccess),
        TableCells.rate(point.directSuccess), TableCells.rate(point.usefulness),
        TableCells.mean(point.tokenRatio, unit: " ×"),
        point.verdict == .reference
          ? .text(NumberText.nothing) : TableCells.mean(point.aboveDiagonal),
        .text(point.verdict.rawValue), .text(point.isParetoOptimal ? "yes" : "no"),
      ]
    }
    let rates = points.flatMap { [$0.attackSuccess, $0.usefulness] }
    return PageTable(
      "Each defence between safety and usefulness",
      [
        .text("No. and defence"), .number("attack success (ASR@1)"),
        .number("direct requests complied with"), .number("usefulness"),
        .number("tokens, × undefended"), .number("U/U₀ − A/A₀"),
        .text("against random refusal"), .text("Pareto"),
      ], rows: rows,
      note:
        "U is usefulness and A attack success, U₀ and A₀ those of the undefended model; above 0 "
        + "is better than refusing at random. " + TableCells.methods(rates)
    ).markup
  }
}
