import RESTAEvaluation

/// What one defence changed, in a sentence and a line for each measure.
struct DefenseSummaryCard {
  private let point: TradeOffPoint
  private let base: TradeOffPoint?
  private let index: ReportIndex

  /// Takes a defence.
  init(_ point: TradeOffPoint, _ index: ReportIndex) {
    self.point = point
    self.index = index
    base =
      point.defense == index.undefended
      ? nil : index.report.tradeOff.first { $0.defense == index.undefended }
  }

  /// The card.
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
      case .reference: "Nothing to compare with"
      }
    let sentence = Markup.element("strong", text: words)
    guard point.verdict != .reference else { return sentence + .text(".") }
    return sentence + .text(": ")
      + .element(
        "span", ["class": "nowrap"],
        text: "U/U₀ − A/A₀ = \(EstimateText(point.aboveDiagonal).line).")
  }

  /// From the undefended model's share to the defence's, and their paired difference.
  private func change(_ from: Rate?, _ to: Rate?, _ role: Sample.Role) -> Markup? {
    guard var result = change(from, to) else { return nil }
    if from != nil, let comparison = index.comparison(role, point.defense) {
      let difference = EstimateText.points(comparison.difference)
      result +=
        .void("br")
        + .element(
          "small",
          text: "difference \(difference.line); McNemar p \(NumberText.p(comparison.p)) "
            + "(b = \(comparison.onlyBaseline), c = \(comparison.onlyDefense), of "
            + "\(ReportWords.count(comparison.n, "pair")))")
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
