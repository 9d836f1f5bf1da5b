import RESTAEvaluation

/// The report in plain sentences, and what to know before believing them.
enum SummarySection {
  /// How many defences are described; the others stand in the tables.
  private static let described = 3

  static func section(_ index: ReportIndex) -> PageSection {
    let report = index.report
    let content = [
      tested(index), verdicts(index),
      .joined(chosen(index).map { DefenseSummaryCard($0, index).markup }),
      others(index), command(report), warnings(report),
    ]
    return PageSection(id: "summary", title: "Summary", content: .joined(content))
  }

  private static func tested(_ index: ReportIndex) -> Markup {
    let roles = Sample.Role.allCases.compactMap { role -> String? in
      let prompts = index.defenses.compactMap { index.group(role, $0)?.prompts }.max()
      return prompts.map { "\($0) \(noun(role, count: $0))" }
    }
    guard !roles.isEmpty else {
      return PageSection.paragraph("No answers have been scored: there is nothing to conclude yet.")
    }
    let seeds = index.report.groups.filter { $0.dimension == .role }.map(\.seeds).max() ?? 1
    return PageSection.paragraph(
      "\(ReportWords.count(index.defenses.count, "way")) of answering "
        + "\(index.defenses.count == 1 ? "was" : "were") tested on \(ReportWords.list(roles))"
        + (seeds > 1 ? ", with up to \(seeds) seeds for each prompt." : ", with one seed each."))
  }

  private static func noun(_ role: Sample.Role, count: Int) -> String {
    switch role {
    case .direct: count == 1 ? "direct harmful request" : "direct harmful requests"
    case .adversarial: count == 1 ? "attack" : "attacks"
    case .benign: count == 1 ? "benign prompt" : "benign prompts"
    }
  }

  /// How many defences beat refusing at random.
  private static func verdicts(_ index: ReportIndex) -> Markup {
    let points = index.report.tradeOff.filter { $0.verdict != .reference }
    guard !points.isEmpty else { return .empty }
    let parts = [TradeOffPoint.Verdict.better, .undecided, .worse].map { verdict in
      "\(points.filter { $0.verdict == verdict }.count) \(words(verdict))"
    }
    return PageSection.paragraph(
      "Compared with refusing a random share of all prompts, of "
        + "\(ReportWords.count(points.count, "defence")) \(ReportWords.list(parts)).")
  }

  private static func words(_ verdict: TradeOffPoint.Verdict) -> String {
    switch verdict {
    case .better: "did better"
    case .undecided: "showed no difference"
    case .worse: "did worse"
    case .reference: "had nothing to compare with"
    }
  }

  /// The defences with the best verdicts; the undefended model when there is nothing else.
  private static func chosen(_ index: ReportIndex) -> [TradeOffPoint] {
    let others = index.report.tradeOff.filter { $0.defense != index.undefended }
    guard !others.isEmpty else { return index.report.tradeOff }
    let ranked = others.enumerated().sorted { left, right in
      let (first, second) = (rank(left.element), rank(right.element))
      return first == second ? left.offset < right.offset : first > second
    }
    return ranked.prefix(described).map(\.element)
  }

  private static func rank(_ point: TradeOffPoint) -> Double {
    point.aboveDiagonal.value ?? -.infinity
  }

  private static func others(_ index: ReportIndex) -> Markup {
    let points = index.report.tradeOff.filter { $0.defense != index.undefended }
    guard points.count > described else { return .empty }
    return PageSection.paragraph(
      "These are the \(described) defences farthest above the line of random refusal, chosen after "
        + "the fact: expect the first of many to look better than it is. All \(points.count) stand "
        + "in the tables below.")
  }

  private static func command(_ report: Report) -> Markup {
    guard !report.command.isEmpty else { return .empty }
    return PageSection.paragraph("This command makes the report again:")
      + .element("pre", text: report.command)
  }

  private static func warnings(_ report: Report) -> Markup {
    guard !report.warnings.isEmpty else { return .empty }
    return .element(
      "aside", ["class": "warnings", "aria-labelledby": "warnings"],
      .element("h3", ["id": "warnings"], text: "Before you believe a number"),
      .element("ul", [:], report.warnings.map { .element("li", text: $0) }))
  }
}
