/// The rectangle within the axes of a plot.
struct PlotFrame: Sendable, Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var bottom: Double { y + height }
  var right: Double { x + width }

  /// How high a value of the vertical axis lies.
  func height(of value: Double, _ scale: AxisScale) -> Double {
    bottom - scale.fraction(value) * height
  }

  /// How far to the right a value of the horizontal axis lies.
  func position(of value: Double, _ scale: AxisScale) -> Double {
    x + scale.fraction(value) * width
  }

  /// The vertical axis with grid lines and its title above, where it needs no turned head.
  func verticalAxis(_ scale: AxisScale, title: String, format: (Double) -> String) -> Markup {
    var result = Draw.text(title, x, y - 10, style: "strong")
    for tick in scale.ticks {
      let level = height(of: tick, scale)
      result += Draw.line("grid", x, level, right, level)
      result += Draw.text(format(tick), x - 7, level + 4, anchor: "end", style: "quiet")
    }
    return result + Draw.line("axis", x, y, x, bottom)
  }

  /// The horizontal axis of numbers, with grid lines.
  func horizontalAxis(_ scale: AxisScale, title: String, format: (Double) -> String) -> Markup {
    var result = Markup.empty
    for tick in scale.ticks {
      let place = position(of: tick, scale)
      result += Draw.line("grid", place, y, place, bottom)
      result += Draw.text(format(tick), place, bottom + 17, anchor: "middle", style: "quiet")
    }
    return result + horizontalLine(title: title)
  }

  /// The horizontal axis of values that stand at equal distances.
  func horizontalAxis(_ values: [String], title: String) -> Markup {
    var result = Markup.empty
    for (index, value) in values.enumerated() {
      let place = position(ofStep: index, of: values.count)
      result += Draw.line("axis", place, bottom, place, bottom + 4)
      result += Draw.text(value, place, bottom + 17, anchor: "middle", style: "quiet")
    }
    return result + horizontalLine(title: title)
  }

  /// The middle of one of several equal parts.
  func position(ofStep index: Int, of count: Int) -> Double {
    x + width * (Double(index) + 0.5) / Double(max(1, count))
  }

  private func horizontalLine(title: String) -> Markup {
    Draw.line("axis", x, bottom, right, bottom)
      + Draw.text(title, x + width / 2, bottom + 35, anchor: "middle")
  }
}

/// Where values lie along an axis, and which of them are written at it.
struct AxisScale: Sendable, Hashable {
  var top: Double
  var step: Double

  static let whole = AxisScale(top: 1, step: 0.2)

  /// Shares up to the first good end above all of some.
  static func shares(upTo greatest: Double) -> AxisScale {
    let ends: [(Double, Double)] = [(0.1, 0.02), (0.2, 0.05), (0.4, 0.1), (0.6, 0.1), (0.8, 0.2)]
    for (top, step) in ends where greatest <= top { return AxisScale(top: top, step: step) }
    return whole
  }

  /// Numbers up to the first good end above all of some.
  static func numbers(upTo greatest: Double) -> AxisScale {
    guard greatest.isFinite, greatest > 0 else { return AxisScale(top: 1, step: 0.5) }
    var unit = 1.0
    while unit * 10 <= greatest { unit *= 10 }
    while unit > greatest { unit /= 10 }
    for factor in [1.0, 2, 4, 5, 8] where greatest <= unit * factor {
      return AxisScale(top: unit * factor, step: unit * factor / (factor == 5 ? 5 : 4))
    }
    return AxisScale(top: unit * 10, step: unit * 2)
  }

  /// Without what rounding adds: 3 · 0.2 is written at the axis, and is 0.6.
  var ticks: [Double] {
    (0...Int((top / step).rounded())).map { (Double($0) * step * 1e9).rounded() / 1e9 }
  }

  /// How far along the axis a value lies, 0...1; what is off the axis lies at its end.
  func fraction(_ value: Double) -> Double { min(1, max(0, value / top)) }
}
