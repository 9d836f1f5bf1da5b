import RESTAEvaluation

/// What the tables of a report say of their rows, on the page and, in full precision, in CSV files.
///
/// In the files shares have the columns `count`, `n`, `clusters`, `share`, `low`, `high`, `method`;
/// means the mean, `n`, `low`, `high`. What does not exist is an empty cell.
enum ReportTables {
  /// All files that a report has rows for; no data is part of their names.
  static func csv(_ report: Report) -> [(name: String, csv: String)] {
    all(report).filter { !$0.table.isEmpty }.map { ($0.name, $0.table.text) }
  }

  /// How the files of any report begin, by their names.
  static let heads = Dictionary(
    uniqueKeysWithValues: all(Report(title: "", command: "")).map {
      ($0.name, String($0.table.text.dropLast()))
    })

  private static func all(_ report: Report) -> [(name: String, table: ReportCSV)] {
    let tables: [(String, ReportCSV)] = [
      ("groups", ReportCSV(groups, report.groups)),
      ("any-of-seeds", ReportCSV(anyOfSeeds, beside(report.groups, \.anyOfSeeds))),
      ("trade-off", ReportCSV(tradeOff(ReportIndex(report)), report.tradeOff)),
      ("comparisons", ReportCSV(comparisons, report.comparisons)),
      ("sweeps", ReportCSV(sweeps("value"), beside(report.sweeps, \.points))),
      ("votes", ReportCSV(votes, report.votes)),
      ("vote-positions", ReportCSV(votePositions, beside(report.votes, \.positions))),
      ("vote-margins", voteMargins(report)), ("tie-breaks", tieBreaks(report)),
      ("vote-effects", ReportCSV(voteEffects, report.voteEffects)),
      ("vote-effect-prompts", ReportCSV(voteEffectPrompts, beside(report.voteEffects, \.points))),
      ("vote-effect-bins", ReportCSV(voteEffectBins, beside(report.voteEffects, \.bins))),
      ("correct-answers", ReportCSV(correctAnswers, report.correctAnswers)),
      ("correct-comparisons", ReportCSV(correctComparisons, report.correctComparisons)),
      ("instructions", ReportCSV(instructions, report.instructionFollowing)),
      ("instruction-types", instructionTypes(report)),
      ("agreement", ReportCSV(agreement, report.agreement)),
      ("preferences", ReportCSV(preferences, report.preferences)),
      ("datasets", ReportCSV(datasets, report.datasets)),
      ("defenses", ReportCSV(defenses, report.defenses)), ("judges", judges(report)),
      ("phrases", phrases(report)),
    ]
    return tables.map { ("\($0.0).csv", $0.1) }
  }

  /// The parts of all wholes, each beside its own.
  private static func beside<Whole, Part>(
    _ wholes: [Whole], _ parts: (Whole) -> [Part]
  ) -> [(Whole, Part)] {
    wholes.flatMap { whole in parts(whole).map { (whole, $0) } }
  }

  static var groups: [ReportColumn<GroupSummary>] {
    [
      .text("dimension", nil, \.dimension.rawValue), .text("group", nil, \.group),
      .text("role", nil, \.role.rawValue), .text("defense", nil, \.defense),
      .count("prompts", nil, \.prompts), .count("seeds", nil, \.seeds),
      .count("asked", nil, \.asked), .count("unscored", nil, \.unscored),
      .rate("refused", nil, \.refused), .rate("complied", nil, \.complied),
      .rate("incoherent", nil, \.incoherent), .mean("tokens_processed", nil, \.tokensProcessed),
      .mean("passes", nil, \.passes), .mean("seconds", nil, \.seconds),
      .mean("token_ratio", nil, \.tokenRatio), .mean("sigma_absolute", nil, \.absoluteSigma),
    ]
  }

  private static var anyOfSeeds: [ReportColumn<(GroupSummary, AnyOfSeeds)>] {
    [
      .text("dimension", nil, \.0.dimension.rawValue), .text("group", nil, \.0.group),
      .text("role", nil, \.0.role.rawValue), .text("defense", nil, \.0.defense),
      .count("attempts", nil, \.1.attempts), .rate("complied", nil, \.1.rate),
    ]
  }

  /// The points that are drawn have the numbers of the figure.
  static func tradeOff(
    _ index: ReportIndex, drawn: [TradeOffPoint] = []
  ) -> [ReportColumn<TradeOffPoint>] {
    [
      .text("defense", "No. and defence", \.defense).shown { point in
        let number = drawn.firstIndex(of: point).map { "\($0 + 1). " } ?? ""
        return .text(number) + TableCells.text(point.defense)
      }, .rate("attack_success", "attack success (ASR@1)", \.attackSuccess),
    ] + attackDifference("undefended", "difference to undefended", index, index.undefended)
      + attackDifference("placebo", "difference to the placebo", index, index.placebo)
      + [
        .text("separation", nil) { index.separation($0.defense).rawValue },
        .rate("direct_success", "direct requests complied with", \.directSuccess),
        .rate("usefulness", "usefulness", \.usefulness),
        .rate(nil, "incoherent (attacks)") { index.group(.adversarial, $0.defense)?.incoherent },
        .rate(nil, "incoherent (benign)") { index.group(.benign, $0.defense)?.incoherent },
        .mean("token_ratio", "tokens, × undefended", unit: " ×", \.tokenRatio),
        .mean("above_diagonal", "U/U₀ − A/A₀", \.aboveDiagonal).shown {
          $0.verdict == .reference
            ? .text(NumberText.nothing) : TableCells.mean($0.aboveDiagonal)
        },
        .text("verdict", "against random refusal", \.verdict.rawValue).shown { point in
          let separation =
            point.verdict == .reference ? "" : index.separation(point.defense).rawValue
          return .text(point.verdict.rawValue) + .void("br") + .element("small", text: separation)
        },
        .text("pareto_optimal", "Pareto") { "\($0.isParetoOptimal)" }.shown {
          .text($0.isParetoOptimal ? "yes" : "no")
        },
      ]
  }

  /// The difference of attack success to a reference, with its p.
  private static func attackDifference(
    _ heading: String, _ title: String, _ index: ReportIndex, _ reference: String?
  ) -> [ReportColumn<TradeOffPoint>] {
    func comparison(_ point: TradeOffPoint) -> PairedComparison? {
      reference.flatMap { index.comparison(.adversarial, point.defense, with: $0) }
    }
    return [
      .mean("\(heading)_difference", title) { comparison($0)?.difference }.shown { point in
        guard let comparison = comparison(point) else {
          return .text(reference == nil ? "not run" : NumberText.nothing)
        }
        return TableCells.points(comparison.difference)
          + .element("small", text: ", p \(NumberText.p(comparison.p))")
      },
      .number("\(heading)_p", nil, { comparison($0)?.p }) { _ in .empty },
    ]
  }

  static var comparisons: [ReportColumn<PairedComparison>] { paired("complies less often") }

  static var correctComparisons: [ReportColumn<PairedComparison>] { paired("correct less often") }

  private static func paired(_ less: String) -> [ReportColumn<PairedComparison>] {
    [
      .text("role", nil, \.role.rawValue), .text("defense", "defence", \.defense),
      .text("baseline", "compared with", \.baseline), .count("n", "prompts n", \.n),
      .count("clusters", "clusters", \.clusters),
      .count("lower", less, \.lower), .count("tied", "as often", \.tied),
      .count("higher", "more often", \.higher),
      .mean("difference", "difference of the shares", \.difference).shown {
        TableCells.points($0.difference)
      },
      .number("permutation_p", "permutation p", \.p) { .text("p \(NumberText.p($0.p))") },
    ]
  }

  /// The page calls the setting by its name.
  static func sweeps(_ parameter: String) -> [ReportColumn<(Sweep, Sweep.Point)>] {
    [
      .text("parameter", nil, \.0.parameter), .text("fixed", nil, \.0.fixed),
      .text("series", nil, \.0.series),
      ReportColumn(
        headings: ["value"], cells: { [$0.1.value.map { .number($0) } ?? .text("all")] },
        title: parameter, markup: { .text($0.1.value.map(NumberText.setting) ?? "all") }),
      .text("defense", "defence", \.1.defense),
      .rate("attack_success", "attack success", \.1.attackSuccess),
      .rate("direct_success", "direct complied", \.1.directSuccess),
      .rate("usefulness", "usefulness", \.1.usefulness),
      .rate("incoherent", "incoherent", \.1.incoherent),
      .mean("token_ratio", "tokens ×", \.1.tokenRatio),
      .mean("margin", "vote margin, of the copies asked", \.1.margin),
    ]
  }
}

/// The tables of what the answers are good for.
extension ReportTables {
  static var instructions: [ReportColumn<InstructionSummary>] {
    [
      .text("dataset", nil, \.dataset), .text("defense", "defence", \.defense),
      .text(nil, "dataset", \.dataset), .rate("prompt_strict", "prompts, strict", \.promptStrict),
      .rate("prompt_loose", "prompts, loose", \.promptLoose),
      .rate("instruction_strict", "instructions, strict", \.instructionStrict),
      .rate("instruction_loose", "instructions, loose", \.instructionLoose),
    ]
  }

  typealias InstructionType = (summary: InstructionSummary, type: String, rate: Rate)

  static var instructionTypes: [ReportColumn<InstructionType>] {
    [
      .text("dataset", nil, \.summary.dataset), .text("defense", "defence", \.summary.defense),
      .text(nil, "dataset", \.summary.dataset), .text("type", nil, \.type),
      .rate("strict", "followed", \.rate),
    ]
  }

  private static func instructionTypes(_ report: Report) -> ReportCSV {
    ReportCSV(
      instructionTypes,
      report.instructionFollowing.flatMap { summary in
        ReportWords.sorted(summary.byType).map { (summary, $0.key, $0.value) }
      })
  }

  static var correctAnswers: [ReportColumn<CorrectSummary>] {
    [
      .text("dataset", nil, \.dataset), .text("defense", "defence", \.defense),
      .text(nil, "dataset", \.dataset), .count("asked", "asked", \.asked),
      .rate("correct", "correct", \.correct), .count("wrong", "wrong", \.wrong),
      .count("refused", "refused", \.refused), .count("incoherent", "incoherent", \.incoherent),
      .count("unscored", "unscored", \.unscored),
    ]
  }

  static var agreement: [ReportColumn<AgreementSummary>] {
    [
      .text("role", nil, \.role.rawValue), .text("defense", "defence", \.defense),
      .rate("identical", "identical", \.identical),
      .mean("common_prefix", "common beginning", \.commonPrefix),
      .mean("token_overlap", "token overlap (F1)", \.tokenOverlap),
      // Always empty: programs that read the file know its columns.
      .mean("similarity", nil) { _ in nil },
    ]
  }

  static var preferences: [ReportColumn<PreferenceSummary>] {
    [
      .text("dataset", nil, \.dataset), .text("defense", "defence", \.defense),
      .text(nil, "dataset", \.dataset), .text("judge", "judge", \.judge),
      .mean("win_rate", "win rate", \.winRate),
      .number("length_controlled", "win rate, length-controlled", \.lengthControlled) { summary in
        guard let rate = summary.lengthControlled, rate.isFinite else { return .text("not fitted") }
        return .element("b", text: NumberText.fixed(rate, 2)) + .void("br")
          + .element("small", text: "n = \(summary.winRate.n)")
      }, .rate("inconsistent", "depends on the order", \.inconsistent),
      .count("unscored", "unscored pairs", \.unscored),
      .mean("length_ratio", "length ratio", \.lengthRatio),
    ]
  }
}

/// The tables of what was asked, how, and who judged.
extension ReportTables {
  static var datasets: [ReportColumn<DatasetSummary>] {
    [
      .text("dataset", "dataset", \.name), .text("source", "source", \.source),
      .text("sha256", "SHA-256", \.sha256).shown {
        .element("span", ["class": "hash"], text: $0.sha256)
      }, .count("samples", "prompts in the plan", \.samples),
      .page("of them") { dataset in
        let roles = ReportWords.sorted(dataset.roles).map { "\($0.value) \($0.key)" }
        return .text(roles.joined(separator: ", "))
      }, .count("rows", "rows in the data", \.rows),
      .count("nulls", "rows left out", \.nulls),
    ]
      + Sample.Role.allCases.map { role in
        .count(role.rawValue, nil) { $0.roles[role.rawValue] ?? 0 }
      }
  }

  static var defenses: [ReportColumn<DefenseSummary>] {
    [
      .text("defense", "defence", \.name), .text("kind", "type", \.kind),
      .text("settings", "settings") { ReportWords.settings($0.settings) }.shown {
        let settings = ReportWords.settings($0.settings)
        return .element(
          "span", ["class": "wide"], TableCells.text(settings.isEmpty ? "no settings" : settings))
      },
      .text("seeds", "seeds") { $0.seeds.map(String.init).joined(separator: " ") }.shown {
        .text($0.seeds.map(String.init).joined(separator: ", "))
      },
    ]
  }

  private static func judges(_ report: Report) -> ReportCSV {
    let findings = Set(report.judges.flatMap(\.findings.keys)).sorted()
    let columns: [ReportColumn<JudgeSummary>] =
      [.text("judge", nil, \.id), .text("agreement", nil) { $0.agreement ?? "" }]
      + findings.map { finding in .count(finding, nil) { $0.findings[finding] ?? 0 } }
    return ReportCSV(columns, report.judges)
  }

  private static func phrases(_ report: Report) -> ReportCSV {
    let columns: [ReportColumn<(judge: String, phrase: String, answers: Int)>] = [
      .text("judge", nil, \.judge), .text("phrase", nil, \.phrase),
      .count("answers", nil, \.answers),
    ]
    return ReportCSV(
      columns,
      report.judges.flatMap { judge in
        ReportWords.sorted(judge.phrases).map { (judge.id, $0.key, $0.value) }
      })
  }
}
