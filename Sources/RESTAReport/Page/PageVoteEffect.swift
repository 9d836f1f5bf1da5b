import RESTAEvaluation

/// What the vote makes of single copies.
enum VoteEffectSection {
  static func section(_ report: Report) -> PageSection {
    let effects = report.voteEffects
    let table = PageTable(
      "Prompts that the vote complies with more and less often than one copy, each prompt’s seeds averaged",
      ReportTables.voteEffects, byRole: effects, \.role,
      note:
        "Settings are equal but for the number of copies. Mostly: in more than half of the answers "
        + "to a prompt. The same seed gives the one copy’s noise to one of the several.")
    return PageSection(
      id: "vote-effect", title: "One copy and the vote",
      content: effects.isEmpty
        ? .empty
        : PageSection.paragraph(VoteEffect.meaning + VoteEffect.caution(effects))
          + table.markup + figures(report) + bins(effects))
  }

  /// The first is shown, the others unfold.
  private static func figures(_ report: Report) -> Markup {
    let parts = VoteEffectFigure.all(report).compactMap(\.figure).enumerated()
    return .joined(
      parts.map { number, figure in
        let drawn = PageSection.figure(
          figure,
          caption:
            "\(figure.title): a mark for each prompt, by the share of complying answers. Above "
            + "the line the vote complies more often, below it less often.")
        return number == 0 ? drawn : PageSection.details(figure.title, drawn)
      })
  }

  private static func bins(_ effects: [VoteEffect]) -> Markup {
    let groups = effects.map { effect in
      (
        title: Optional("\(ReportWords.prompts(effect.role)), one copy: \(effect.single)"),
        rows: effect.bins.map { (effect, $0) }
      )
    }
    return PageSection.details(
      "One copy, by what the vote does",
      PageTable(
        "How often one copy complies, by how often the vote does", ReportTables.voteEffectBins,
        groups: groups
      ).markup)
  }
}

/// Whether answers are right, where that can be checked.
enum CorrectSection {
  static func section(_ report: Report) -> PageSection {
    let table = PageTable(
      "Answers to prompts with accepted answers", ReportTables.correctAnswers,
      rows: report.correctAnswers,
      note:
        "Correct: an accepted answer stands in it, which a wrong answer that mentions several may "
        + "have too. The others are refused or incoherent by their labels, else wrong. "
        + TableCells.methods(report.correctAnswers.map(\.correct)))
    let comparisons = PageTable(
      "Correct answers to the same prompts under two defences", ReportTables.correctComparisons,
      byRole: report.correctComparisons, \.role,
      note: "As in the paired comparisons, of correct instead of complied.")
    return PageSection(
      id: "correct", title: "Correct answers", content: table.markup + comparisons.markup)
  }
}
