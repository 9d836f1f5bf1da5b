/// How clear the votes are along the answers, and how many answers get so far.
struct MarginFigure {
  private let votes: [VoteSummary]

  init(_ report: Report) { votes = report.votes.filter { !$0.positions.isEmpty } }

  var figure: Figure? {
    guard !votes.isEmpty else { return nil }
    let last = votes.flatMap { $0.positions.map(\.position) }.max() ?? 0
    let across = AxisScale.numbers(upTo: Double(max(1, last)))
    let most = votes.flatMap { $0.positions.map(\.votes) }.max() ?? 0
    let margins = PlotFrame(x: 52, y: 34, width: 480, height: 220)
    let counts = PlotFrame(x: 52, y: margins.bottom + 74, width: 480, height: 90)
    let many = AxisScale.numbers(upTo: Double(most))
    let legend = legend(left: margins.right + 28, top: margins.y)
    var content =
      margins.verticalAxis(.whole, title: "mean vote margin, % of copies asked") {
        NumberText.fixed($0 * 100, 0)
      }
      + margins.horizontalAxis(across, title: "", format: NumberText.setting)
      + counts.verticalAxis(many, title: "votes there (n)", format: NumberText.setting)
      + counts.horizontalAxis(
        across, title: "position of the token in the answer, from 0", format: NumberText.setting)
      + legend.markup
    for (number, summary) in votes.enumerated() {
      let style = SeriesStyle(index: number + 1)
      let xs = summary.positions.map { margins.position(of: Double($0.position), across) }
      let ys = summary.positions.map { margins.height(of: $0.meanMargin, .whole) }
      let ns = summary.positions.map { counts.height(of: Double($0.votes), many) }
      // A mark at each position would be a stripe; a few tell the series apart.
      let every = max(1, xs.count / 8)
      let marks = xs.indices.filter { ($0 + number) % every == 0 }
        .map { style.mark(xs[$0], ys[$0], size: 3.5) }
      let lone = xs.count == 1 ? [style.mark(xs[0], ns[0], size: 3)] : []
      content += Draw.group(
        style.color, title: summary.defense,
        [style.line(Array(zip(xs, ys))), style.line(Array(zip(xs, ns)))] + marks + lone)
    }
    return Figure(
      name: "vote-margins", title: "Vote margins by position",
      description: "The mean margin of the votes at each position of the answers, and below it the "
        + "number of votes. Series: \(votes.map(\.defense).joined(separator: "; ")).",
      width: 820, height: max(counts.bottom + 48, legend.bottom), content: content)
  }

  private func legend(left: Double, top: Double) -> (markup: Markup, bottom: Double) {
    var result = Markup.empty
    var y = top
    for (number, summary) in votes.enumerated() {
      let style = SeriesStyle(index: number + 1)
      result += Draw.group(
        style.color,
        [style.line([(left, y), (left + 28, y)]), style.mark(left + 14, y, size: 3.5)])
      result += Draw.text(TextWidth.shortened(summary.defense, to: 30), left + 36, y + 4)
      y += 20
    }
    return (result, y)
  }
}
