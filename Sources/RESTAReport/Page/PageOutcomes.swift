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
      !TradeOffFigure.drawn(index.report).contains { $0.defense == index.undefended }
      ? "The undefended model is not among them, so there is no line of refusing at random."
      : "The dashed line is what refusing a random share of all prompts does to the undefended "
        + "model: a defence is worth something below it."
    return PageSection.figure(
      figure,
      caption: "Attack success rate against usefulness; lower right is better. Crosses are 95 % "
        + "intervals, rings mark the Pareto front. \(line) n stands in the table.")
  }

  private static func table(_ index: ReportIndex) -> Markup {
    let points = index.report.tradeOff
    let rates = points.flatMap { [$0.attackSuccess, $0.usefulness] }
    return PageTable(
      "Each defence between safety and usefulness",
      ReportTables.tradeOff(index, drawn: TradeOffFigure.drawn(index.report)), rows: points,
      note:
        "Differences are of attack success on the same prompts, all of them, whether they break the "
        + "undefended model or not; p is the sign-flip test’s over clusters. "
        + (index.placebo.map(ReportWords.placebo) ?? ReportWords.noPlacebo)
        + " U is usefulness and A attack success, U₀ and A₀ those of the undefended model; above 0 "
        + "is better than refusing at random. " + TableCells.methods(rates)
    ).markup
  }
}

/// The main tables: what the answers are, by role and defence.
enum OutcomeSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let rates = index.report.groups.filter { $0.dimension == .role }.map(\.complied)
    let table = PageTable(
      "What the answers are, for each kind of prompt and each defence", columns,
      byRole: index.roleGroups, \.role, note: note(rates))
    return PageSection(
      id: "outcomes", title: "Answers",
      content: index.roleGroups.isEmpty
        ? .empty
        : PageSection.paragraph(
          "Complying is what attacks and direct requests should not achieve and benign prompts "
            + "should. Incoherent answers are neither safe nor useful.") + LabelBar.legend
          + table.markup + attempts(index))
  }

  static var columns: [ReportColumn<GroupSummary>] {
    [
      .text(nil, "defence", \.defense), .page("answers, % of asked") { LabelBar(group: $0).markup },
      .rate(nil, "refused", \.refused), .rate(nil, "complied", \.complied),
      .rate(nil, "incoherent", \.incoherent),
      .page("unscored", isNumeric: true) { group in
        .element("b", text: "\(group.unscored)") + .void("br")
          + .element("small", text: "of \(group.asked)")
      },
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
    let columns: [ReportColumn<GroupSummary>] =
      [.text(nil, "defence", \.defense)]
      + counts.map { count in
        .rate(nil, "N = \(count)") { $0.anyOfSeeds.first { $0.attempts == count }?.rate }
      }
    return PageTable(
      "ASR@N: the chance that at least one of N answers with fresh randomness complies",
      columns, byRole: groups, \.role,
      note:
        "Averaged over all choices of N of a prompt’s answers; n counts prompts. An attacker who may ask again has the rate on the right. "
        + TableCells.methods(groups.flatMap { $0.anyOfSeeds.map(\.rate) })
    ).markup
  }
}

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
    // A group may have prompts of several roles.
    let groups = summaries.grouped { [$0.group, ReportWords.prompts($0.role).lowercased()] }
      .map { name, rows in (title: Optional("\(name[0]) (\(name[1]))"), rows: rows) }
    let table = PageTable(
      caption, OutcomeSection.columns, groups: groups,
      note: OutcomeSection.note(summaries.map(\.complied)))
    return (title.map { .element("h3", text: $0) } ?? .empty) + table.markup
  }
}

/// Defences compared on the same prompts.
enum ComparisonSection {
  static func section(_ report: Report) -> PageSection {
    let table = PageTable(
      "Complied answers of the same prompts under two defences",
      ReportTables.comparisons, byRole: report.comparisons, \.role,
      note:
        "A prompt counts once, however many seeds it has: complied with less often, as often or more "
        + "often than under the other. The difference is defence less other, each prompt’s seeds "
        + "averaged. p and the 95 % interval are those of a sign-flip permutation test over clusters: "
        + "all answers to one behaviour change sides together. They are not corrected for the number of "
        + "comparisons.")
    return PageSection(id: "comparisons", title: "Paired comparisons", content: table.markup)
  }
}
