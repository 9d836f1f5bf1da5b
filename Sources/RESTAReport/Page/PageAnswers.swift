import RESTAEvaluation

/// Whether instructions are followed: IFEval.
enum InstructionSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "instructions", title: "Following instructions",
      content: table(report) + types(report))
  }

  private static func table(_ report: Report) -> Markup {
    PageTable(
      "Verifiable instructions followed (IFEval)",
      ReportTables.instructions, rows: report.instructionFollowing,
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
      (
        title: Optional(name),
        rows: summaries.compactMap { summary -> ReportTables.InstructionType? in
          summary.byType[name].map { (summary, name, $0) }
        }
      )
    }
    return PageSection.details(
      "By type of instruction",
      PageTable(
        "Instructions followed strictly, by type",
        ReportTables.instructionTypes, groups: groups
      ).markup)
  }
}

/// How near the answers are to the undefended ones.
enum AgreementSection {
  static func section(_ report: Report) -> PageSection {
    let table = PageTable(
      "Agreement with the undefended answers to the same prompts",
      ReportTables.agreement, byRole: report.agreement, \.role,
      note: "Common beginning: the share of the undefended answer’s tokens before the first "
        + "difference. All are 1 for equal answers. "
        + TableCells.methods(report.agreement.map(\.identical)))
    return PageSection(
      id: "agreement", title: "Agreement with the undefended answers", content: table.markup)
  }
}

/// Which answers a judge prefers: the defended or the undefended ones.
enum PreferenceSection {
  static func section(_ report: Report) -> PageSection {
    let table = PageTable(
      "Pairwise judgements against the undefended answers",
      ReportTables.preferences, rows: report.preferences,
      note: "A tie is half a win and both orders are averaged: 0.5 is no preference. The "
        + "length-controlled rate takes out that judges prefer long answers. "
        + TableCells.methods(report.preferences.map(\.inconsistent)))
    return PageSection(id: "preferences", title: "Preferences", content: table.markup)
  }
}

/// What an answer costs.
enum CostSection {
  static func section(_ index: ReportIndex) -> PageSection {
    let table = PageTable(
      "What an answer costs, for each kind of prompt",
      columns, byRole: index.roleGroups, \.role,
      note: "Means for an answer with 95 % intervals; every call of the model counts. Seconds were "
        + "measured while other answers may have been generated beside it: compare tokens first.")
    return PageSection(id: "cost", title: "Cost", content: table.markup + noise(index))
  }

  /// Whether attacks and benign prompts had the same noise.
  private static func noise(_ index: ReportIndex) -> Markup {
    let groups = index.report.groups.filter {
      $0.absoluteSigma != nil && [.role, .dataset].contains($0.dimension)
    }
    let columns: [ReportColumn<GroupSummary>] = [
      .text(nil, "prompts") { $0.dimension == .role ? "all" : $0.group },
      .text(nil, "defence", \.defense),
      .mean(nil, "sigma, absolute", \.absoluteSigma).shown {
        TableCells.mean($0.absoluteSigma, isSmall: true)
      },
    ]
    return PageTable(
      "The noise that the prompts had, by kind of prompt and dataset", columns, byRole: groups,
      \.role,
      note:
        "The standard deviation that was added to the embeddings, mean over the answers. Where it "
        + "differs between kinds of prompts, so may the results, for that reason alone."
    ).markup
  }

  private static var columns: [ReportColumn<GroupSummary>] {
    [
      .text(nil, "defence", \.defense), .mean(nil, "tokens processed", \.tokensProcessed),
      .mean(nil, "tokens, × undefended", unit: " ×", \.tokenRatio),
      .mean(nil, "forward passes", \.passes), .mean(nil, "seconds", \.seconds),
    ]
  }
}

/// Single answers, for reading.
enum ExampleSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "examples", title: "Examples",
      content: report.examples.isEmpty
        ? .empty
        : PageSection.paragraph(
          "\(ReportWords.count(report.examples.count, "answer")), to show what the labels look like; not "
            + "a sample to count from. Harmful text is redacted unless it was asked for.")
          + .joined(report.examples.map(article)))
  }

  private static func article(_ example: Example) -> Markup {
    .element(
      "article",
      .element("h3", TableCells.text("\(example.defense): \(example.label.rawValue)")),
      .element(
        "p", ["class": "note"],
        .element(
          "bdi",
          text: "\(example.dataset), \(example.sample), \(example.role.rawValue), seed "
            + "\(example.seed)")),
      part("Prompt", example.prompt, of: example), part("Answer", example.answer, of: example),
      example.redaction.map { .element("p", ["class": "redacted"], text: "Redacted: \($0)") }
        ?? .empty)
  }

  private static func part(_ title: String, _ text: String?, of example: Example) -> Markup {
    let missing = example.redaction == nil ? "[no answer]" : "[redacted]"
    return .element("h4", text: title)
      + (text.map { .element("pre", text: $0) }
        ?? .element("p", ["class": "redacted"], text: missing))
  }
}
