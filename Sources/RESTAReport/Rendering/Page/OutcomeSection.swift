import RESTAEvaluation

/// The main tables: what the answers are, by role and defence.
enum OutcomeSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let groups = index.askedRoles.map { role in
      PageTable.Group(
        title: ReportWords.prompts(role),
        rows: index.defenses.compactMap { index.group(role, $0) }.map { row($0, $0.defense) })
    }
    guard !groups.isEmpty else {
      return PageSection(id: "outcomes", title: "Answers", content: .empty)
    }
    let rates = index.report.groups.filter { $0.dimension == .role }.map(\.complied)
    let table = PageTable(
      "What the answers are, for each kind of prompt and each defence", columns("defence"),
      groups: groups, note: note(rates))
    return PageSection(
      id: "outcomes", title: "Answers",
      content: PageSection.paragraph(
        "Complying is what attacks and direct requests should not achieve and benign prompts "
          + "should. Incoherent answers are neither safe nor useful.") + LabelBar.legend
        + table.markup + attempts(index))
  }

  /// The columns of tables of outcomes.
  static func columns(_ first: String) -> [PageTable.Column] {
    [
      .text(first), .text("answers, % of asked"), .number("refused"), .number("complied"),
      .number("incoherent"), .number("unscored"),
    ]
  }

  /// A row of such a table.
  static func row(_ group: GroupSummary, _ title: String) -> [Markup] {
    [
      TableCells.text(title), LabelBar(group).markup, TableCells.rate(group.refused),
      TableCells.rate(group.complied), TableCells.rate(group.incoherent),
      .element("b", text: "\(group.unscored)") + .void("br")
        + .element("small", text: "of \(group.asked)"),
    ]
  }

  /// What stands under such a table.
  static func note(_ rates: [Rate]) -> String {
    "Bars are shares of all answers asked for; rates are of those that are scored, so n excludes "
      + "the unscored. " + TableCells.methods(rates)
  }

  /// ASR@N, where there are several seeds.
  private static func attempts(_ index: ReportIndex) -> Markup {
    let groups = index.report.groups.filter {
      $0.dimension == .role && $0.anyOfSeeds.contains { $0.attempts > 1 }
    }
    let counts = Set(groups.flatMap { $0.anyOfSeeds.map(\.attempts) }).sorted()
    let roles = Sample.Role.allCases.map { role in
      PageTable.Group(
        title: ReportWords.prompts(role),
        rows: groups.filter { $0.role == role }.map { group in
          [TableCells.text(group.defense)]
            + counts.map { count in
              TableCells.rate(group.anyOfSeeds.first { $0.attempts == count }?.rate)
            }
        })
    }
    return PageTable(
      "ASR@N: prompts for which at least one of N answers with fresh randomness complies",
      [.text("defence")] + counts.map { .number("N = \($0)") }, groups: roles,
      note: "n counts prompts. An attacker who may ask again has the rate on the right. "
        + TableCells.methods(groups.flatMap { $0.anyOfSeeds.map(\.rate) })
    ).markup
  }
}
