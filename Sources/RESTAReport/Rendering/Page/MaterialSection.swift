import RESTAEvaluation

/// What was asked, how it was defended, and who judged.
enum MaterialSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "material", title: "Datasets, defences, judges",
      content: datasets(report) + defenses(report) + judges(report) + phrases(report))
  }

  private static func datasets(_ report: Report) -> Markup {
    let rows = report.datasets.map { dataset -> [Markup] in
      let roles = ReportWords.sorted(dataset.roles).map { "\($0.value) \($0.key)" }
      return [
        TableCells.text(dataset.name), TableCells.text(dataset.source),
        .element("span", ["class": "hash"], text: dataset.sha256),
        TableCells.count(dataset.samples), .text(roles.joined(separator: ", ")),
        TableCells.count(dataset.rows), TableCells.count(dataset.nulls),
      ]
    }
    return PageTable(
      "Datasets",
      [
        .text("dataset"), .text("source"), .text("SHA-256"), .number("prompts asked"),
        .text("of them"), .number("rows in the data"), .number("rows without a prompt"),
      ], rows: rows,
      note:
        "A row without a prompt is an attack that found none; it is counted here and part of no "
        + "rate."
    ).markup
  }

  private static func defenses(_ report: Report) -> Markup {
    let rows = report.defenses.map { defense -> [Markup] in
      let settings = ReportWords.settings(defense.settings)
      return [
        TableCells.text(defense.name), TableCells.text(defense.kind),
        .element(
          "span", ["class": "wide"], TableCells.text(settings.isEmpty ? "no settings" : settings)),
        .text(defense.seeds.map(String.init).joined(separator: ", ")),
      ]
    }
    return PageTable(
      "Defences, with their effective settings",
      [.text("defence"), .text("type"), .text("settings"), .text("seeds")], rows: rows
    ).markup
  }

  private static func judges(_ report: Report) -> Markup {
    let rows = report.judges.map { judge -> [Markup] in
      let findings = ReportWords.sorted(judge.findings).map { "\($0.value) \($0.key)" }
      return [
        TableCells.text(judge.id), TableCells.text(findings.joined(separator: ", ")),
        TableCells.text(judge.agreement ?? "not measured: its errors are not known"),
      ]
    }
    return PageTable(
      "Judges, and how far they agree with labelled data",
      [.text("judge"), .text("findings"), .text("measured agreement")], rows: rows
    ).markup
  }

  /// The phrases that decided, most often first: one that stands out may be a rule gone wrong.
  private static func phrases(_ report: Report) -> Markup {
    let rows = report.judges.flatMap { judge in
      judge.phrases.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { phrase, count in
        [
          TableCells.text(judge.id), TableCells.text(phrase),
          TableCells.text("\(count) of \(judge.findings.values.reduce(0, +)) answers"),
        ]
      }
    }
    guard !rows.isEmpty else { return .empty }
    return PageTable(
      "Phrases that made an answer a refusal",
      [.text("judge"), .text("phrase"), .text("answers")], rows: rows
    ).markup
  }
}
