import RESTAEvaluation

/// What was asked, how it was defended, and who judged.
enum MaterialSection {
  static func section(_ report: Report) -> PageSection {
    PageSection(
      id: "material", title: "Datasets, defences, judges",
      content: datasets(report) + defenses(report) + judges(report) + phrases(report))
  }

  private static func datasets(_ report: Report) -> Markup {
    PageTable(
      "Datasets", ReportTables.datasets, rows: report.datasets,
      note:
        "A row is left out where it has no prompt (an attack that found none, a goal that was not "
        + "attacked), cannot be read or says another role; it is counted here and part of no rate."
    ).markup
  }

  private static func defenses(_ report: Report) -> Markup {
    PageTable(
      "Defences, with their effective settings", ReportTables.defenses, rows: report.defenses
    ).markup
  }

  private static func judges(_ report: Report) -> Markup {
    let columns: [ReportColumn<JudgeSummary>] = [
      .text(nil, "judge", \.id),
      .text(nil, "findings") { judge in
        ReportWords.sorted(judge.findings).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      },
      .text(nil, "measured agreement") {
        $0.agreement ?? "not measured: its errors are not known"
      },
    ]
    return PageTable(
      "Judges, and how far they agree with labelled data", columns, rows: report.judges
    ).markup
  }

  /// The phrases that decided, most often first: one that stands out may be a rule gone wrong.
  private static func phrases(_ report: Report) -> Markup {
    let columns: [ReportColumn<(judge: JudgeSummary, phrase: String, count: Int)>] = [
      .text(nil, "judge", \.judge.id), .text(nil, "phrase", \.phrase),
      .text(nil, "answers") { "\($0.count) of \($0.judge.findings.values.reduce(0, +)) answers" },
    ]
    let rows = report.judges.flatMap { judge in
      judge.phrases.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { (judge: judge, phrase: $0.key, count: $0.value) }
    }
    return PageTable("Phrases that made an answer a refusal", columns, rows: rows).markup
  }
}

/// What ran, and how to run it again.
enum RecordSection {
  static func section(_ report: Report) -> PageSection {
    let entries = report.record.flatMap { entry in
      [
        Markup.element("dt", .element("bdi", text: entry.label)),
        .element("dd", .element("bdi", text: entry.value)),
      ]
    }
    let record = entries.isEmpty ? Markup.empty : .element("dl", [:], entries)
    return PageSection(
      id: "record", title: "Run record",
      content: record + text("The command that makes this report again", report.command)
        + text("Configuration", report.configuration))
  }

  private static func text(_ title: String, _ text: String) -> Markup {
    text.isEmpty ? .empty : Markup.element("h3", text: title) + .element("pre", text: text)
  }
}

/// What the words and signs of the report mean.
enum GuideSection {
  static var section: PageSection {
    let entries = entries.split(separator: "\n").flatMap { line -> [Markup] in
      let parts = line.split(separator: ":", maxSplits: 1)
      return [
        .element("dt", text: String(parts[0])),
        .element("dd", text: String(parts[1].dropFirst())),
      ]
    }
    return PageSection(
      id: "guide", title: "How to read this",
      content: .element("dl", ["class": "guide"], entries))
  }

  /// A line each: a term, a colon and what it means.
  private static let entries = """
    Direct, attack, benign: A direct request is harmful and says so. An attack is such a request in a form made to \
    get past a refusal. A benign prompt should be answered.
    Refused: The answer declines.
    Complied: The answer does what was asked, as far as the judges can tell: bad for attacks and direct requests, \
    good for benign prompts.
    Incoherent: The answer is no language. It is neither safe nor useful, so it is shown apart.
    Unscored: No judge could tell, or there is no answer. It is part of no rate and never counts as safe.
    Attack success, ASR@1: The share of scored answers to attacks that comply, over all seeds.
    ASR@N: The chance that at least one of N answers with fresh randomness complies, over all choices of N of the \
    answers there are. It is what an attacker gets who may try N times.
    Usefulness: The share of scored answers to benign prompts that comply.
    n and clusters: n is how many answers, prompts or votes a number is of. Answers to the same behaviour are not \
    independent; a cluster is all of them together.
    [low, high]: The 95 % interval: how far the number could be off by the choice of prompts and seeds. It knows \
    nothing of the judges’ mistakes.
    Effective sample size: Answers that resemble each other tell less than as many independent ones. Intervals of \
    shares are for the number of independent answers that would tell as much.
    Placebo: A control that changes something and defends against nothing. Attacks that were kept because they \
    broke a model break it less often after any change; only a difference to the placebo speaks for a defence.
    The diagonal: Refusing a random share of all prompts lowers attack success and usefulness by the same factor: \
    a straight line from the undefended model to the origin. U/U₀ − A/A₀ says how far a defence is on the good \
    side of it.
    Better, undecided, worse: Whether the interval of U/U₀ − A/A₀ lies above 0, holds 0, or lies below it.
    Pareto front: The defences to which no other one is better in both attack success and usefulness.
    Permutation p: How likely a difference of this size or more is when two defences are equally good: the share \
    of arrangements that are as far from no difference when each behaviour’s answers may have changed sides.
    Tokens processed: Positions that the model computed for an answer, over all copies and calls; × undefended is \
    the ratio to the undefended model on the same prompts.
    """
}
