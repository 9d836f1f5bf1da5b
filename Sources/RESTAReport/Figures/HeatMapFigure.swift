import RESTAEvaluation

/// The margins of single answers: a row for each answer, a cell for each token that was voted on.
struct HeatMapFigure {
  /// How many answers of each role are drawn: enough to see a pattern, few enough to read.
  static let rowsPerRole = 20
  private static let greatestWidth = 160

  let summary: VoteSummary
  let number: Int

  /// The answers of a role that are drawn.
  static func rows(_ summary: VoteSummary, _ role: Sample.Role) -> [VoteSummary.Row] {
    summary.rows.filter { $0.role == role && !$0.margins.isEmpty }.evenly(atMost: rowsPerRole)
  }

  var figure: Figure? {
    let roles = Sample.Role.allCases.map { ($0, Self.rows(summary, $0)) }
      .filter { !$0.1.isEmpty }
    guard !roles.isEmpty else { return nil }
    let longest = roles.flatMap { $0.1.map(\.margins.count) }.max() ?? 1
    let columns = min(longest, Self.greatestWidth)
    let size = min(13, 520 / Double(columns))
    let left = 214.0
    var content = legend(left: left)
    var y = 62.0
    for (role, rows) in roles {
      content += Draw.text(ReportWords.prompts(role), 8, y, style: "strong")
      y += 8
      for row in rows {
        content += Draw.text(
          TextWidth.shortened(row.sample, to: 32), left - 8, y + 10, anchor: "end",
          style: "small quiet")
        content += cells(row.margins.prefix(columns), left: left, top: y, size: size)
        let end = left + Double(min(row.margins.count, columns)) * size
        content += Draw.text(row.label.rawValue, end + 7, y + 10, style: "small quiet")
        y += 14
      }
      y += 22
    }
    y -= 18
    content += axis(columns, left: left, top: y, size: size)
    return Figure(
      name: "vote-map-\(number)", title: "Votes of single answers: \(summary.defense)",
      description: "Each row is an answer, each cell a token from left to right; its colour is the "
        + "margin by which the copies agreed, after the legend above. At the end of a row stands "
        + "what the answer counts as.",
      width: 830, height: y + 42, content: content)
  }

  /// The class of a margin: a tie, or one of five steps.
  private static func style(_ margin: Double) -> Int {
    margin > 0 ? min(5, Int((margin * 5).rounded(.up))) : 0
  }

  private static let styles = ["tie", "m1", "m2", "m3", "m4", "m5"]

  /// One path for each colour, in which neighbors of the same colour are one rectangle: a page of
  /// many maps would otherwise have hundreds of thousands of elements.
  private func cells(
    _ margins: ArraySlice<Double>, left: Double, top: Double, size: Double
  ) -> Markup {
    let colors = margins.map(Self.style)
    var paths = [String](repeating: "", count: Self.styles.count)
    var start = 0
    while start < colors.count {
      let color = colors[start]
      let end = colors[start...].firstIndex { $0 != color } ?? colors.count
      let x = Draw.number(left + Double(start) * size)
      let width = Draw.number(Double(end - start) * size)
      paths[color] += "M\(x) \(Draw.number(top))h\(width)v12h-\(width)z"
      start = end
    }
    return .joined(
      zip(Self.styles, paths).filter { !$0.1.isEmpty }
        .map { .void("path", ["class": $0.0, "d": $0.1]) })
  }

  private func legend(left: Double) -> Markup {
    let names = ["tie", "up to 20 %", "40 %", "60 %", "80 %", "100 % of those asked"]
    var result = Draw.text("margin of the vote:", left - 8, 24, anchor: "end")
    var x = left
    for (style, name) in zip(Self.styles, names) {
      result += Draw.rectangle(style, x: x, y: 14, width: 22, height: 12)
      result += Draw.text(name, x + 27, 24, style: "small")
      x += 27 + TextWidth.pixels(name, size: 10.5) + 14
    }
    return result
  }

  private func axis(_ columns: Int, left: Double, top: Double, size: Double) -> Markup {
    let step = [1, 2, 5, 10, 20, 50].first { Double($0) * size >= 26 } ?? 50
    var result = Draw.line("axis", left, top, left + Double(columns) * size, top)
    for position in stride(from: 0, to: columns, by: step) {
      let x = left + (Double(position) + 0.5) * size
      result += Draw.line("axis", x, top, x, top + 4)
      result += Draw.text("\(position)", x, top + 16, anchor: "middle", style: "small quiet")
    }
    return result
      + Draw.text("token that was voted on, from 0", left, top + 34, style: "small")
  }
}
