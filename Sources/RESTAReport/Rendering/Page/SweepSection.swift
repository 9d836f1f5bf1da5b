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
    guard let first = sweeps.first, let figure = SweepFigure(sweeps, number: number).figure else {
      return .empty
    }
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
      PageTable.Group(title: sweep.series, rows: sweep.points.map(row))
    }
    return PageTable(
      "Sweep over the \(name)",
      [
        .text(name), .text("defence"), .number("attack success"), .number("direct complied"),
        .number("usefulness"), .number("incoherent"), .number("tokens ×"),
        .number("vote margin"),
      ], groups: groups,
      note: TableCells.methods(sweeps.flatMap { $0.points.compactMap(\.attackSuccess) })
    ).markup
  }

  private static func row(_ point: Sweep.Point) -> [Markup] {
    [
      .text(point.value.map(NumberText.setting) ?? "all"), TableCells.text(point.defense),
      TableCells.rate(point.attackSuccess), TableCells.rate(point.directSuccess),
      TableCells.rate(point.usefulness), TableCells.rate(point.incoherent),
      TableCells.mean(point.tokenRatio), TableCells.mean(point.margin),
    ]
  }
}
