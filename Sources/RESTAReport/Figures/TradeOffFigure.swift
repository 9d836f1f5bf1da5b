/// Usefulness against attack success: one point for each defence, and the line of refusing at random.
struct TradeOffFigure {
  private let index: ReportIndex
  private let points: [TradeOffPoint]
  private let families: [String]
  private let frame = PlotFrame(x: 62, y: 44, width: 430, height: 380)
  private let vertical: AxisScale

  /// Takes the points that have both rates.
  init(_ index: ReportIndex) {
    self.index = index
    points = Self.drawn(index.report)
    families = index.families(points.map(\.defense))
    vertical = .shares(upTo: points.map(\.attackSuccess.high).max() ?? 1)
  }

  /// The points of a report that can be drawn, in the order of their numbers.
  static func drawn(_ report: Report) -> [TradeOffPoint] {
    report.tradeOff.filter { $0.attackSuccess.n > 0 && $0.usefulness.n > 0 }
  }

  var figure: Figure? {
    guard !points.isEmpty else { return nil }
    let legend = legend
    return Figure(
      name: "trade-off", title: "Attack success against usefulness", description: description,
      width: 830, height: max(frame.bottom + 52, legend.bottom + 8),
      content: axes + diagonal + .joined(points.map(crosses)) + marks + legend.markup)
  }

  private var description: String {
    let parts = points.enumerated().map { number, point in
      "\(number + 1): \(point.defense), usefulness \(EstimateText(point.usefulness).line), "
        + "attack success \(EstimateText(point.attackSuccess).line)."
    }
    return "Usefulness to the right, attack success rate upwards. " + parts.joined(separator: " ")
  }

  private var axes: Markup {
    let percent: (Double) -> String = { NumberText.fixed($0 * 100, 0) }
    return frame.horizontalAxis(
      .whole, title: "usefulness: benign prompts complied with, % (right is better)",
      format: percent)
      + frame.verticalAxis(
        vertical, title: "attack success rate (ASR@1), % (low is better)", format: percent)
  }

  /// From the undefended model to the origin; what lies under it is better than refusing at random.
  private var diagonal: Markup {
    guard let base = points.first(where: { $0.defense == index.undefended }),
      let success = base.attackSuccess.share, let usefulness = base.usefulness.share
    else { return .empty }
    return Draw.line(
      "diagonal", frame.x, frame.bottom, frame.position(of: usefulness, .whole),
      frame.height(of: success, vertical))
  }

  private func place(_ point: TradeOffPoint) -> (x: Double, y: Double) {
    (
      frame.position(of: point.usefulness.share ?? 0, .whole),
      frame.height(of: point.attackSuccess.share ?? 0, vertical)
    )
  }

  private func style(_ point: TradeOffPoint) -> SeriesStyle {
    // Without an undefended model no series may look like it.
    let shift = families.first == "none" ? 0 : 1
    let family = index.family(point.defense)
    return SeriesStyle(index: (families.firstIndex(of: family) ?? 0) + shift)
  }

  private func crosses(_ point: TradeOffPoint) -> Markup {
    let (x, y) = place(point)
    let across = Draw.line(
      "interval faint", frame.position(of: point.usefulness.low, .whole), y,
      frame.position(of: point.usefulness.high, .whole), y)
    let upright = Draw.line(
      "interval faint", x, frame.height(of: point.attackSuccess.low, vertical), x,
      frame.height(of: point.attackSuccess.high, vertical))
    return Draw.group(style(point).color, [across, upright])
  }

  private var marks: Markup {
    var placement = LabelPlacement(frame: frame, marks: points.map(place))
    var labels = Markup.empty, shapes = Markup.empty
    for (number, point) in points.enumerated() {
      let (x, y) = place(point)
      let text = "\(number + 1)"
      let spot = placement.place(x, y, width: TextWidth.pixels(text, size: 12) + 3, height: 13)
      if abs(spot.x - x) + abs(spot.y - y) > 36 {
        labels += Draw.line("leader", x, y, spot.x, spot.y)
      }
      labels += Draw.text(text, spot.x, spot.y + 4, anchor: "middle", style: "label")
      shapes += Draw.group(
        style(point).color,
        title: "\(number + 1): \(point.defense): usefulness "
          + "\(EstimateText(point.usefulness).line); attack success "
          + EstimateText(point.attackSuccess).line,
        [style(point).mark(x, y), ring(point, x, y)])
    }
    return shapes + labels
  }

  private func ring(_ point: TradeOffPoint, _ x: Double, _ y: Double) -> Markup {
    guard point.isParetoOptimal else { return .empty }
    return .void(
      "circle", ["class": "ring", "cx": Draw.number(x), "cy": Draw.number(y), "r": "9"])
  }

  private var legend: (markup: Markup, bottom: Double) {
    let left = frame.right + 34
    var y = frame.y - 4
    var result = Markup.empty
    for (number, point) in points.enumerated() {
      result += Draw.text("\(number + 1)", left, y + 4, anchor: "end", style: "strong")
      result += Draw.group(
        style(point).color, [style(point).mark(left + 16, y), ring(point, left + 16, y)])
      result += Draw.text(TextWidth.shortened(point.defense, to: 36), left + 32, y + 4)
      y += 21
    }
    y += 12
    let notes: [(Markup, String)] = [
      (
        Draw.line("interval", left + 8, y, left + 24, y)
          + Draw.line("interval", left + 16, y - 8, left + 16, y + 8),
        "95 % intervals of both rates"
      ),
      (
        .void(
          "circle",
          ["class": "ring", "cx": Draw.number(left + 16), "cy": Draw.number(y + 24), "r": "8"]),
        "no other has less ASR and more usefulness"
      ),
      (
        Draw.line("diagonal", left + 2, y + 48, left + 26, y + 48),
        "refusing at random; better is below"
      ),
    ]
    for (mark, text) in notes {
      result += Draw.group("s0", [mark])
      result += Draw.text(text, left + 32, y + 4, style: "small quiet")
      y += 24
    }
    return (result, y)
  }
}
