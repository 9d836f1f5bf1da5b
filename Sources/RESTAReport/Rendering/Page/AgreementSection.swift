import RESTAEvaluation

/// How near the answers are to the undefended ones.
enum AgreementSection {
  static func section(_ report: Report) -> PageSection {
    let hasSimilarity = report.agreement.contains { $0.similarity != nil }
    let groups = Sample.Role.allCases.map { role in
      PageTable.Group(
        title: ReportWords.prompts(role),
        rows: report.agreement.filter { $0.role == role }.map { summary in
          [
            TableCells.text(summary.defense), TableCells.rate(summary.identical),
            TableCells.mean(summary.commonPrefix), TableCells.mean(summary.tokenOverlap),
          ] + (hasSimilarity ? [TableCells.mean(summary.similarity)] : [])
        })
    }
    let table = PageTable(
      "Agreement with the undefended answers to the same prompts",
      [
        .text("defence"), .number("identical"), .number("common beginning"),
        .number("token overlap (F1)"),
      ] + (hasSimilarity ? [.number("similarity of embeddings")] : []), groups: groups,
      note: "Common beginning: the share of the undefended answer’s tokens before the first "
        + "difference. All are 1 for equal answers. "
        + TableCells.methods(report.agreement.map(\.identical)))
    return PageSection(
      id: "agreement", title: "Agreement with the undefended answers", content: table.markup)
  }
}
