import RESTAEvaluation

/// What varies with one setting: small plots of the same values beside each other, one series for each curve.
struct SweepFigure {
  private struct Panel {
    var title: String
    var scale: AxisScale
    var format: (Double) -> String
    var value: (Sweep.Point) -> (value: Double, low: Double?, high: Double?)?
  }

  /// Curves over the same setting with the same others.
  let series: [Sweep]
  let number: Int

  /// The curves of a report that belong into one figure.
  static func grouped(_ sweeps: [Sweep]) -> [[Sweep]] {
    sweeps.grouped { [$0.parameter, $0.fixed] }.map(\.elements)
  }

  /// All values of the setting, `all` last.
  private var values: [Double?] {
    let numbers = Set(series.flatMap { $0.points.compactMap(\.value) }).sorted()
    let hasAll = series.contains { $0.points.contains { $0.value == nil } }
    return numbers.map { $0 } + (hasAll ? [nil] : [])
  }

  var figure: Figure? {
    let panels = panels
    guard let first = series.first, !panels.isEmpty, !values.isEmpty else { return nil }
    let legend = legend
    let parameter = ReportWords.parameter(first.parameter)
    var content = legend.markup
    for (place, panel) in panels.enumerated() {
      let frame = PlotFrame(
        x: 52 + Double(place % 2) * 410, y: legend.bottom + 34 + Double(place / 2) * 262,
        width: 335, height: 160)
      content += draw(panel, over: parameter, in: frame)
    }
    let rows = Double((panels.count + 1) / 2)
    return Figure(
      name: "sweep-\(number)",
      title: "Sweep over the \(parameter), \(first.fixed)",
      description: "Series: \(series.map(\.series).joined(separator: "; ")). Plots: "
        + panels.map(\.title).joined(separator: "; ") + ". The table below has the numbers.",
      width: 820, height: legend.bottom + 34 + rows * 262 - 50, content: content)
  }

  private var panels: [Panel] {
    [
      rates("attack success rate, %", \.attackSuccess),
      rates("direct requests complied with, %", \.directSuccess),
      rates("usefulness: benign complied with, %", \.usefulness),
      rates("incoherent answers of all prompts, %", \.incoherent),
      means("tokens processed, × undefended", \.tokenRatio, shares: false),
      means("vote margin, % of copies asked", \.margin, shares: true),
    ].compactMap { $0 }
  }

  private func rates(_ title: String, _ rate: KeyPath<Sweep.Point, Rate?>) -> Panel? {
    let rates = series.flatMap { $0.points.compactMap { $0[keyPath: rate] } }.filter { $0.n > 0 }
    guard let greatest = rates.map(\.high).max() else { return nil }
    return Panel(
      title: title, scale: .shares(upTo: greatest), format: { NumberText.fixed($0 * 100, 0) }
    ) { point in
      guard let rate = point[keyPath: rate], let share = rate.share else { return nil }
      return (share, rate.low, rate.high)
    }
  }

  private func means(
    _ title: String, _ mean: KeyPath<Sweep.Point, Mean?>, shares: Bool
  ) -> Panel? {
    let means = series.flatMap { $0.points.compactMap { $0[keyPath: mean] } }
    guard let greatest = means.compactMap({ $0.high ?? $0.value }).max() else { return nil }
    return Panel(
      title: title, scale: shares ? .whole : .numbers(upTo: greatest),
      format: { shares ? NumberText.fixed($0 * 100, 0) : NumberText.setting($0) }
    ) { point in
      guard let mean = point[keyPath: mean], let value = mean.value else { return nil }
      return (value, mean.low, mean.high)
    }
  }

  private func draw(_ panel: Panel, over parameter: String, in frame: PlotFrame) -> Markup {
    let values = values
    let labels = values.map { $0.map(NumberText.setting) ?? "all" }
    var result =
      frame.verticalAxis(panel.scale, title: panel.title, format: panel.format)
      + frame.horizontalAxis(labels, title: parameter)
    for (number, sweep) in series.enumerated() {
      let style = SeriesStyle(index: number + 1)
      // Series stand side by side at each value: intervals would hide each other.
      let spread = min(9, 0.6 * frame.width / Double(values.count * max(1, series.count)))
      let shift = (Double(number) - Double(series.count - 1) / 2) * spread
      var line: [(x: Double, y: Double)] = []
      var marks = Markup.empty
      for (step, value) in values.enumerated() {
        guard let point = sweep.points.first(where: { $0.value == value }),
          let (share, low, high) = panel.value(point)
        else { continue }
        let x = frame.position(ofStep: step, of: values.count) + shift
        let y = frame.height(of: share, panel.scale)
        line.append((x, y))
        if let low, let high {
          marks += Draw.line(
            "interval faint", x, frame.height(of: low, panel.scale), x,
            frame.height(of: high, panel.scale))
        }
        marks += style.mark(x, y, size: 4)
      }
      result += Draw.group(style.color, title: sweep.series, [style.line(line), marks])
    }
    return result
  }

  private var legend: (markup: Markup, bottom: Double) {
    var x = 24.0, y = 14.0
    var result = Markup.empty
    for (number, sweep) in series.enumerated() {
      let style = SeriesStyle(index: number + 1)
      let name = TextWidth.shortened(sweep.series, to: 60)
      let width = 40 + TextWidth.pixels(name, size: 12) + 18
      if x + width > 810, x > 24 { (x, y) = (24, y + 20) }
      result += Draw.group(
        style.color, [style.line([(x, y), (x + 28, y)]), style.mark(x + 14, y, size: 4)])
      result += Draw.text(name, x + 36, y + 4)
      x += width
    }
    return (result, y + 14)
  }
}
