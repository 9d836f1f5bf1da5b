import RESTAEvaluation

/// The report in plain sentences, and what to know before believing them.
enum SummarySection {
  /// How many defences are described; the others stand in the tables.
  private static let described = 3

  static func section(_ index: ReportIndex) -> PageSection {
    let report = index.report
    let content = [
      tested(index), verdicts(index),
      .joined(chosen(index).map { DefenseSummaryCard(point: $0, index: index).markup }),
      others(index), command(report), warnings(report),
    ]
    return PageSection(id: "summary", title: "Summary", content: .joined(content))
  }

  private static func tested(_ index: ReportIndex) -> Markup {
    let roles = Sample.Role.allCases.compactMap { role -> String? in
      let prompts = index.defenses.compactMap { index.group(role, $0)?.prompts }.max()
      return prompts.map { ReportWords.count($0, noun(role)) }
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

  private static func noun(_ role: Sample.Role) -> String {
    switch role {
    case .direct: "direct harmful request"
    case .adversarial: "attack"
    case .benign: "benign prompt"
    }
  }

  /// How many defences beat refusing at random.
  private static func verdicts(_ index: ReportIndex) -> Markup {
    let controls = index.report.defenses.filter {
      [RandomRefusal.kind, TemperatureOnly.kind, Placebo.kind].contains($0.kind)
    }
    let points = index.report.tradeOff.filter { point in
      point.verdict != .reference && !controls.contains { $0.name == point.defense }
    }
    guard !points.isEmpty else { return .empty }
    let words: [(TradeOffPoint.Verdict, String)] = [
      (.better, "did better"), (.undecided, "could not be told from it"), (.worse, "did worse"),
    ]
    let parts = words.map { verdict, words in
      "\(points.filter { $0.verdict == verdict }.count) \(words)"
    }
    return PageSection.paragraph(
      "Compared with refusing a random share of all prompts, of "
        + "\(ReportWords.count(points.count, "defence")) \(ReportWords.list(parts)). "
        + placebo(index, points))
  }

  /// How many defences do what a placebo does not.
  private static func placebo(_ index: ReportIndex, _ points: [TradeOffPoint]) -> String {
    guard let placebo = index.placebo else { return ReportWords.noPlacebo }
    let others = points.filter { index.separation($0.defense) != .notCompared }
    let below = others.count { index.separation($0.defense) == .below }
    guard !others.isEmpty else { return "None of them was compared with the placebo (\(placebo))." }
    return
      "Compared with the placebo (\(placebo)), \(below) of \(others.count) have a lower attack "
      + "success rate at the level of 0.05."
  }

  /// The defences with the best verdicts; the undefended model when there is nothing else.
  private static func chosen(_ index: ReportIndex) -> [TradeOffPoint] {
    let others = index.report.tradeOff.filter { $0.defense != index.undefended }
    guard !others.isEmpty else { return index.report.tradeOff }
    func rank(_ point: TradeOffPoint) -> Double { point.aboveDiagonal.value ?? -.infinity }
    return Array(others.sorted { rank($0) > rank($1) }.prefix(described))
  }

  private static func others(_ index: ReportIndex) -> Markup {
    let points = index.report.tradeOff.filter { $0.defense != index.undefended }
    guard points.count > described else { return .empty }
    return PageSection.paragraph(
      "These are the \(described) of \(points.count), controls included, that stand best against "
        + "refusing at random, chosen after the fact: expect the first of many to look better than it "
        + "is. All stand in the tables below.")
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

/// What one defence changed, in a sentence and a line for each measure.
struct DefenseSummaryCard {
  let point: TradeOffPoint
  let index: ReportIndex

  /// The undefended model's; `nil` for itself.
  private var base: TradeOffPoint? {
    point.defense == index.undefended
      ? nil : index.report.tradeOff.first { $0.defense == index.undefended }
  }

  var markup: Markup {
    let lines: [(String, Markup?)] = [
      ("Attack success", change(base?.attackSuccess, point.attackSuccess, .adversarial)),
      ("Direct requests complied with", change(base?.directSuccess, point.directSuccess, .direct)),
      ("Usefulness (benign complied with)", change(base?.usefulness, point.usefulness, .benign)),
      ("Incoherent answers to attacks", incoherence(.adversarial)),
      ("Incoherent answers to benign prompts", incoherence(.benign)), ("Cost", cost),
    ]
    let entries = lines.flatMap { label, value in
      value.map { [Markup.element("dt", text: label), .element("dd", $0)] } ?? []
    }
    return .element(
      "article", .element("h3", TableCells.text(point.defense)), .element("p", verdict),
      .element("dl", [:], entries))
  }

  private var verdict: Markup {
    let words =
      switch point.verdict {
      case .better: "Better than refusing at random"
      case .worse: "Worse than refusing at random"
      case .undecided: "No difference from refusing at random was found"
      case .reference: "Refusing at random: nothing to compare with"
      }
    let sentence = Markup.element("strong", text: words)
    guard point.verdict != .reference else { return sentence + .text(".") }
    return sentence + .text(": ")
      + .element(
        "span", ["class": "nowrap"],
        text: "U/U₀ − A/A₀ = \(EstimateText(point.aboveDiagonal).line).")
      + .text(" Attack success: \(index.separation(point.defense).rawValue).")
  }

  /// From the undefended model's share to the defence's, and their paired difference.
  private func change(_ from: Rate?, _ to: Rate?, _ role: Sample.Role) -> Markup? {
    guard var result = change(from, to) else { return nil }
    for (name, reference) in [("undefended", index.undefended), ("placebo", index.placebo)] {
      guard let reference,
        let comparison = index.comparison(role, point.defense, with: reference)
      else { continue }
      let difference = EstimateText.points(comparison.difference)
      result +=
        .void("br")
        + .element(
          "small",
          text: "difference to \(name) \(difference.line); permutation p "
            + "\(NumberText.p(comparison.p)) (complies less often on \(comparison.lower), as often "
            + "on \(comparison.tied), more often on \(comparison.higher))")
    }
    return result
  }

  private func incoherence(_ role: Sample.Role) -> Markup? {
    change(
      base.flatMap { index.group(role, $0.defense)?.incoherent },
      index.group(role, point.defense)?.incoherent)
  }

  private func change(_ from: Rate?, _ to: Rate?) -> Markup? {
    guard let to else { return nil }
    return (from.map { .text("from ") + TableCells.inline($0) + .text(" to ") } ?? .empty)
      + TableCells.inline(to)
  }

  private var cost: Markup? {
    guard point.tokenRatio.value != nil else { return nil }
    let times = EstimateText(point.tokenRatio)
    return .text(
      "\(times.value) \(times.interval) times the undefended model’s tokens, \(times.n)")
  }
}
