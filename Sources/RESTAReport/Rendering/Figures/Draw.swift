import RESTAEvaluation

/// The shapes that figures are made of.
enum Draw {
  /// A coordinate: two decimals, and a hyphen for a minus sign as SVG wants it.
  static func number(_ value: Double) -> String {
    let text = NumberText.fixed(value, 2)
    return text.first == "−" ? "-" + text.dropFirst() : text
  }

  /// A straight line.
  static func line(
    _ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) -> Markup {
    .void(
      "path",
      ["class": style, "d": "M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))"])
  }

  /// A line through points.
  static func polyline(_ style: String, _ points: [(x: Double, y: Double)]) -> Markup {
    guard points.count > 1 else { return .empty }
    let path = points.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L")
    return .void("path", ["class": style, "d": "M" + path])
  }

  /// A rectangle.
  static func rectangle(
    _ style: String, x: Double, y: Double, width: Double, height: Double
  ) -> Markup {
    .void(
      "rect",
      [
        "class": style, "x": number(x), "y": number(y), "width": number(max(0, width)),
        "height": number(max(0, height)),
      ])
  }

  /// A text.
  ///
  /// - Parameters:
  ///   - text: What it says; shown on one line.
  ///   - x: Where its anchor is.
  ///   - y: Where its baseline is.
  ///   - anchor: `start`, `middle` or `end`.
  ///   - style: Its classes.
  /// - Returns: The element.
  static func text(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", style: String = ""
  ) -> Markup {
    let line = VisibleText.line(text)
    let place = "\(number(x)) \(number(y))"
    return .element(
      "text", ["class": style, "text-anchor": anchor, "transform": "translate(\(place))"],
      text: line)
  }

  /// A group with a style, and what a pointer resting on it is told.
  static func group(_ style: String, title: String? = nil, _ content: [Markup]) -> Markup {
    let note = title.map { Markup.element("title", text: $0) } ?? .empty
    return .element("g", ["class": style], [note] + content)
  }
}
