import RESTAEvaluation

/// Whether instructions are followed: IFEval.
enum InstructionSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "instructions", title: "Following instructions",
      content: table(report) + types(report))
  }

  private static func table(_ report: Report) -> Markup {
    let rows = report.instructionFollowing.map { summary in
      [
        TableCells.text(summary.defense), TableCells.text(summary.dataset),
        TableCells.rate(summary.promptStrict), TableCells.rate(summary.promptLoose),
        TableCells.rate(summary.instructionStrict), TableCells.rate(summary.instructionLoose),
      ]
    }
    return PageTable(
      "Verifiable instructions followed (IFEval)",
      [
        .text("defence"), .text("dataset"), .number("prompts, strict"),
        .number("prompts, loose"), .number("instructions, strict"),
        .number("instructions, loose"),
      ], rows: rows,
      note:
        "A prompt counts when all of its instructions are followed. Loose: also when the answer "
        + "without its first or last line, or without asterisks, follows them. "
        + TableCells.methods(
          report.instructionFollowing.flatMap { [$0.promptStrict, $0.instructionStrict] })
    ).markup
  }

  private static func types(_ report: Report) -> Markup {
    let summaries = report.instructionFollowing
    let names = Set(summaries.flatMap(\.byType.keys)).sorted()
    let groups = names.map { name in
      PageTable.Group(
        title: name,
        rows: summaries.compactMap { summary in
          summary.byType[name].map {
            [
              TableCells.text(summary.defense), TableCells.text(summary.dataset),
              TableCells.rate($0),
            ]
          }
        })
    }
    return PageSection.details(
      "By type of instruction",
      PageTable(
        "Instructions followed strictly, by type",
        [.text("defence"), .text("dataset"), .number("followed")], groups: groups
      ).markup)
  }
}
