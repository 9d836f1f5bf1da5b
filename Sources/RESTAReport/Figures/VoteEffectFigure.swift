import RESTAEvaluation

/// One point for each prompt: how often one noisy copy complies with it, and how often the vote does.
struct VoteEffectFigure {
  private let effects: [VoteEffect]
  private let number: Int
  private let frame = PlotFrame(x: 62, y: 44, width: 380, height: 380)

  /// A figure for each pair of defences, with the roles as series.
  static func all(_ report: Report) -> [VoteEffectFigure] {
    grouped(report.voteEffects).enumerated().map {
      VoteEffectFigure(effects: $1, number: $0 + 1)
    }
  }

  /// The effects of each pair of defences.
  static func grouped(_ effects: [VoteEffect]) -> [[VoteEffect]] {
    effects.grouped { [$0.single, $0.voted] }.map(\.elements)
  }

  var figure: Figure? {
    guard let first = effects.first else { return nil }
    let percent: (Double) -> String = { NumberText.fixed($0 * 100, 0) }
    let axes =
      frame.horizontalAxis(.whole, title: "one copy: answers that comply, %", format: percent)
      + frame.verticalAxis(
        .whole, title: "the vote of \(first.copies): answers that comply, %", format: percent)
    let diagonal = Draw.line("diagonal", frame.x, frame.bottom, frame.right, frame.y)
    return Figure(
      name: "vote-effect-\(number)", title: "\(first.voted) beside \(first.single)",
      description: effects.map(\.line).joined(separator: " "), width: 760,
      height: frame.bottom + 52,
      content: axes + diagonal + .joined(effects.enumerated().map(marks)) + legend)
  }

  private func style(_ index: Int) -> SeriesStyle { SeriesStyle(index: index + 1) }

  /// Prompts at the same place are one mark, larger for more; roles stand beside each other.
  private func marks(_ index: Int, _ effect: VoteEffect) -> Markup {
    let shift = (Double(index) - Double(effects.count - 1) / 2) * 9
    let role = ReportWords.prompts(effect.role)
    return .joined(
      effect.points.grouped { [$0.single, $0.voted] }.map { place, points in
        let size = 3 + min(12, Double(points.count).squareRoot() * 1.2)
        return Draw.group(
          "\(style(index).color) faint",
          title: "\(role): \(ReportWords.count(points.count, "prompt")), one copy "
            + "\(NumberText.percent(place[0])) %, the vote \(NumberText.percent(place[1])) %",
          [
            style(index).mark(
              frame.position(of: place[0], .whole) + shift,
              frame.height(of: place[1], .whole), size: size)
          ])
      })
  }

  private var legend: Markup {
    let left = frame.right + 34
    var y = frame.y
    var result = Markup.empty
    for (index, effect) in effects.enumerated() {
      result += Draw.group(style(index).color, [style(index).mark(left, y)])
      result += Draw.text(
        "\(ReportWords.prompts(effect.role)), n = \(effect.all.prompts)", left + 16, y + 4)
      y += 21
    }
    result += Draw.line("diagonal", left - 12, y + 6, left + 12, y + 6)
    return result
      + Draw.text("the same with and without a vote", left + 16, y + 10, style: "small quiet")
      + Draw.text("larger marks: more prompts", left + 16, y + 30, style: "small quiet")
  }
}
