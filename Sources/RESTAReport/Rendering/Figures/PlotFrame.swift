import RESTAEvaluation

/// The rectangle within the axes of a plot.
struct PlotFrame: Sendable, Hashable {
  /// Its left side.
  var x: Double
  /// Its upper side.
  var y: Double
  /// Its width.
  var width: Double
  /// Its height.
  var height: Double

  /// Its lower side.
  var bottom: Double { y + height }
  /// Its right side.
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
