/// What the answers of a group are, as one bar: refused, complied, incoherent, unscored, of all that were asked.
struct LabelBar {
  private static let width = 168.0
  private static let height = 18.0

  let group: GroupSummary

  private var parts: [(style: String, count: Int)] {
    [
      ("refused", group.refused.count), ("complied", group.complied.count),
      ("incoherent", group.incoherent.count), ("unscored", group.unscored),
    ]
  }

  var markup: Markup {
    let all = parts.reduce(0) { $0 + max(0, $1.count) }
    guard all > 0 else { return .text(NumberText.nothing) }
    let words = parts.map { "\($0.count) \($0.style)" }.joined(separator: ", ")
    var x = 0.5
    var content = Markup.empty
    for (style, count) in parts where count > 0 {
      let width = (Self.width - 1) * Double(count) / Double(all)
      content += Draw.rectangle(style, x: x, y: 0.5, width: width, height: Self.height - 1)
      content += Self.pattern(style, x: x, width: width, height: Self.height)
      let number = NumberText.percent(Double(count) / Double(all))
      if style != "unscored", width > TextWidth.pixels(number, size: 10.5) + 6 {
        content += Draw.text(
          number, x + width / 2, 13, anchor: "middle", style: "small on-\(style)")
      }
      x += width
    }
    let box = "0 0 \(Draw.number(Self.width)) \(Draw.number(Self.height))"
    return .element(
      "svg",
      [
        "class": "figure bar", "viewBox": box, "width": Draw.number(Self.width),
        "height": Draw.number(Self.height), "role": "img", "aria-label": words,
      ],
      .element("title", text: words), content)
  }

  /// Strokes that tell the parts apart without colour: slanted for complied, upright for incoherent.
  ///
  /// They stay at the lower edge, so that the number can be read.
  private static func pattern(
    _ style: String, x: Double, width: Double, height: Double
  ) -> Markup {
    let bottom = height - 1
    var path = ""
    for offset in stride(from: 3, to: width - 1, by: 6) {
      let at = Draw.number(x + offset)
      switch style {
      case "incoherent": path += "M\(at) \(Draw.number(bottom))v-4"
      case "complied": path += "M\(at) \(Draw.number(bottom))l3 -4"
      default: break
      }
    }
    return path.isEmpty ? .empty : .void("path", ["class": "hatch", "d": path])
  }

  /// The four parts with their names, as the legend of all bars.
  static var legend: Markup {
    let names = ["refused", "complied", "incoherent", "unscored"]
    let sample = names.map { name in
      let group = LabelBar.swatch(name)
      return Markup.element("span", ["class": "swatch"], group, .text(" " + name))
    }
    return .element("p", ["class": "legend"], .text("Bars: "), .joined(sample, separator: " "))
  }

  private static func swatch(_ style: String) -> Markup {
    .element(
      "svg",
      [
        "class": "figure bar", "viewBox": "0 0 26 14", "width": "26", "height": "14",
        "aria-hidden": "true",
      ], Draw.rectangle(style, x: 0.5, y: 0.5, width: 25, height: 13),
      pattern(style, x: 0.5, width: 25, height: 14))
  }
}
