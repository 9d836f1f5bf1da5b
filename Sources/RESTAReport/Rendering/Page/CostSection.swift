import RESTAEvaluation

/// What an answer costs.
enum CostSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let groups = index.askedRoles.map { role in
      PageTable.Group(
        title: ReportWords.prompts(role),
        rows: index.defenses.compactMap { index.group(role, $0) }.map(row))
    }
    let table = PageTable(
      "What an answer costs, for each kind of prompt",
      [
        .text("defence"), .number("tokens processed"), .number("tokens, × undefended"),
        .number("forward passes"), .number("seconds"),
      ], groups: groups,
      note: "Means for an answer with 95 % intervals; every call of the model counts. Seconds were "
        + "measured while other answers may have been generated beside it: compare tokens first.")
    return PageSection(id: "cost", title: "Cost", content: table.markup)
  }

  private static func row(_ group: GroupSummary) -> [Markup] {
    [
      TableCells.text(group.defense), TableCells.mean(group.tokensProcessed),
      TableCells.mean(group.tokenRatio, unit: " ×"), TableCells.mean(group.passes),
      TableCells.mean(group.seconds),
    ]
  }
}
