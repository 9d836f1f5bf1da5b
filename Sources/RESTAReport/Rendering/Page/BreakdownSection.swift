import RESTAEvaluation

/// The main table again, by attack, dataset and category.
enum BreakdownSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let content = [
      table(index, .attack, "By attack", "What the answers are, for each attack and defence"),
      table(index, .dataset, "By dataset", "What the answers are, for each dataset and defence"),
      PageSection.details(
        "By category of the data",
        table(
          index, .category, nil, "What the answers are, for each category and defence")),
    ]
    let all = Markup.joined(content)
    return PageSection(
      id: "breakdown", title: "By attack, dataset and category",
      content: all == .empty
        ? .empty
        : PageSection.paragraph(
          "Small groups have wide intervals: a difference between two of them may be chance.")
          + all)
  }

  private static func table(
    _ index: ReportIndex, _ dimension: GroupSummary.Dimension, _ title: String?,
    _ caption: String
  ) -> Markup {
    let summaries = index.report.groups.filter { $0.dimension == dimension }
    guard !summaries.isEmpty else { return .empty }
    var names: [Name] = []
    var rows: [Name: [GroupSummary]] = [:]
    for summary in summaries {
      let name = Name(group: summary.group, role: summary.role)
      if rows[name] == nil { names.append(name) }
      rows[name, default: []].append(summary)
    }
    let groups = names.map { name in
      PageTable.Group(
        title: "\(name.group) (\(ReportWords.prompts(name.role).lowercased()))",
        rows: (rows[name] ?? []).map { OutcomeSection.row($0, $0.defense) })
    }
    let table = PageTable(
      caption, OutcomeSection.columns("defence"), groups: groups,
      note: OutcomeSection.note(summaries.map(\.complied)))
    return (title.map { .element("h3", text: $0) } ?? .empty) + table.markup
  }

  /// A group that may have prompts of several roles.
  private struct Name: Hashable {
    var group: String
    var role: Sample.Role
  }
}
