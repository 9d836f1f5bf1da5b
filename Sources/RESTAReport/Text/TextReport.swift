import RESTAEvaluation

/// A report's main numbers for a terminal.
package enum TextReport {
  /// Writes the summary: a table where the width allows, else a block of lines for each defence.
  package static func render(_ report: Report, width: Int = 100) -> String {
    let width = max(40, width)
    let index = ReportIndex(report)
    let rows = report.tradeOff.map { Row($0, index) }
    var lines = wrapped(report.heading, width: width) + [""]
    if rows.isEmpty {
      lines += wrapped(
        "No trade-off to show: that takes attacks and benign prompts under the same defence.",
        width: width)
    } else {
      lines +=
        TextTable(headings: headings, rows: rows.map(\.stacked)).lines(width: width)
        ?? rows.flatMap { $0.block(width: width) }
      lines += [""]
      lines += wrapped(
        "[low, high] is the 95 % interval. Usefulness: benign prompts complied with. Direct: direct "
          + "harmful requests complied with. Differences are of attack success on the same prompts, p is "
          + "the sign-flip test's over clusters. Verdict: against refusing a random share of all prompts.",
        width: width)
      lines += wrapped(
        index.placebo.map(ReportWords.placebo) ?? ReportWords.noPlacebo, width: width)
    }
    lines += correct(report, width: width) + voteEffects(report, width: width)
    for warning in report.warnings {
      lines += [""] + wrapped("Warning: \(warning)", width: width)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// How many answers are right, where that can be checked.
  private static func correct(_ report: Report, width: Int) -> [String] {
    let lines = report.correctAnswers.flatMap { summary in
      wrapped(
        "Correct answers (\(summary.dataset), \(summary.defense)): "
          + "\(EstimateText(summary.correct).line); wrong \(summary.wrong), refused "
          + "\(summary.refused), incoherent \(summary.incoherent), unscored \(summary.unscored).",
        width: width)
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  /// What the vote makes of single copies: of those with as many copies as there are.
  private static func voteEffects(_ report: Report, width: Int) -> [String] {
    let effects = report.voteEffects
    guard !effects.isEmpty else { return [] }
    let shown = effects.filter { effect in
      !effects.contains {
        $0.role == effect.role && $0.single == effect.single && $0.copies > effect.copies
      }
    }
    let others = effects.count - shown.count
    let more = others == 0 ? "" : " \(others) with fewer copies are on the page."
    return [""] + shown.flatMap { wrapped($0.line, width: width) }
      + wrapped(VoteEffect.meaning + VoteEffect.caution(shown) + more, width: width)
  }

  private static let headings = [
    ["", "defence"], ["attack", "success"], ["difference", "to none"],
    ["difference", "to placebo"],
    ["", "direct"], ["", "usefulness"],
    ["incoherent", "(attacks)"], ["incoherent", "(benign)"], ["tokens,", "× none"],
    ["", "verdict"],
  ]

  private struct Row {
    private let name: String
    /// The verdict, and where the defence stands to the placebo.
    private let verdict: [String]
    private let cells: [Cell]

    /// A number with its interval, its n, its clusters or its p; or words in place of it.
    private struct Cell {
      var lines: [String]
      var line: String
      /// What has a line of its own where the cells stand below each other.
      var p: String?

      init(_ estimate: EstimateText?) {
        lines =
          estimate.map { [$0.value, $0.interval, $0.count, $0.clusters] } ?? [NumberText.nothing]
        line = estimate?.line ?? NumberText.nothing
      }

      init(_ comparison: PairedComparison?, _ reference: String?) {
        guard let comparison else {
          line = reference == nil ? "not run" : NumberText.nothing
          lines = [line]
          return
        }
        let estimate = EstimateText.points(comparison.difference)
        let p = "p \(NumberText.p(comparison.p))"
        line = estimate.line
        lines = [estimate.value, estimate.interval, estimate.count, p]
        self.p = p
      }
    }

    init(_ point: TradeOffPoint, _ index: ReportIndex) {
      name = point.defense
      let separation = index.separation(point.defense)
      verdict =
        point.verdict == .reference || separation == .notRun
        ? [point.verdict.rawValue] : [point.verdict.rawValue, separation.rawValue]
      func rate(_ rate: Rate?) -> Cell { Cell(rate.map { EstimateText($0) }) }
      func difference(_ reference: String?) -> Cell {
        Cell(
          reference.flatMap { index.comparison(.adversarial, point.defense, with: $0) }, reference)
      }
      cells = [
        rate(point.attackSuccess), difference(index.undefended), difference(index.placebo),
        rate(point.directSuccess), rate(point.usefulness),
        rate(index.group(.adversarial, point.defense)?.incoherent),
        rate(index.group(.benign, point.defense)?.incoherent),
        Cell(EstimateText(point.tokenRatio)),
      ]
    }

    /// Cells of several lines; no name is shortened, since those of two settings may differ anywhere.
    var stacked: [[String]] { [wrapped(name, width: 36)] + cells.map(\.lines) + [verdict] }

    func block(width: Int) -> [String] {
      let labels = headings.map { $0.filter { !$0.isEmpty }.joined(separator: " ") }
      let room = labels.map(TextWidth.columns).max() ?? 0
      func line(_ label: String, _ value: String) -> String {
        "  \(label)\(String(repeating: " ", count: room - TextWidth.columns(label)))  \(value)"
      }
      return wrapped(name, width: width)
        + zip(labels.dropFirst(), cells).flatMap { label, cell in
          [line(label, cell.line)] + (cell.p.map { [line("", $0)] } ?? [])
        } + [line("verdict", verdict.joined(separator: ", "))]
    }
  }

  /// A text in lines of at most a width, broken at spaces.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in VisibleText.line(text).split(separator: " ") {
      let longer = line.isEmpty ? String(word) : "\(line) \(word)"
      if TextWidth.columns(longer) <= width || line.isEmpty {
        line = longer
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// A table for a terminal, with cells of several lines: the first and the last column to the left,
/// numbers between them to the right.
struct TextTable {
  var headings: [[String]]
  var rows: [[[String]]]

  /// The table's lines; `nil` when they are longer than a width.
  func lines(width: Int) -> [String]? {
    let widths = headings.indices.map { column in
      ([headings] + rows).flatMap { $0[column] }.map(TextWidth.columns).max() ?? 0
    }
    let total = widths.reduce(0, +) + 2 * (widths.count - 1)
    guard total <= width else { return nil }
    let rule = String(repeating: "─", count: total)
    return layout(headings, widths) + [rule] + rows.flatMap { layout($0, widths) + [rule] }
  }

  private func layout(_ cells: [[String]], _ widths: [Int]) -> [String] {
    let height = cells.compactMap { $0.lastIndex { !$0.isEmpty } }.max().map { $0 + 1 } ?? 0
    return (0..<height).map { line in
      let parts = cells.enumerated().map { column, texts in
        let text = line < texts.count ? texts[line] : ""
        let space = String(repeating: " ", count: widths[column] - TextWidth.columns(text))
        return column == 0 || column == cells.count - 1 ? text + space : space + text
      }
      let joined = parts.joined(separator: "  ")
      let end = joined.lastIndex { $0 != " " }
      return end.map { String(joined[...$0]) } ?? ""
    }
  }
}
