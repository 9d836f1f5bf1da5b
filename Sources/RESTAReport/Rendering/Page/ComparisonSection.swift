import RESTAEvaluation

/// Defences compared on the same prompts.
enum ComparisonSection {
  static func section(_ report: Report) -> PageSection {
    let groups = Sample.Role.allCases.map { role in
      PageTable.Group(
        title: ReportWords.prompts(role),
        rows: report.comparisons.filter { $0.role == role }.map(row))
    }
    let table = PageTable(
      "Complied answers of the same prompts under two defences",
      [
        .text("defence"), .text("compared with"), .number("pairs n"),
        .number("only the baseline complied (b)"), .number("only the defence complied (c)"),
        .number("difference of the shares"), .number("McNemar p"),
      ], groups: groups,
      note:
        "A prompt counts once in n, b and c, by the majority of its seeds; the difference is over "
        + "all seeds, defence less baseline, its 95 % interval by the cluster bootstrap. p is "
        + "McNemar’s exact one, two-sided, and not corrected for the number of comparisons.")
    return PageSection(id: "comparisons", title: "Paired comparisons", content: table.markup)
  }

  private static func row(_ comparison: PairedComparison) -> [Markup] {
    [
      TableCells.text(comparison.defense), TableCells.text(comparison.baseline),
      TableCells.count(comparison.n), TableCells.count(comparison.onlyBaseline),
      TableCells.count(comparison.onlyDefense), TableCells.points(comparison.difference),
      .text("p \(NumberText.p(comparison.p))"),
    ]
  }
}
