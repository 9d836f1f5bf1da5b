/// A drawing with its text alternative, for the page and as a file of its own.
struct Figure: Sendable {
  /// The name of its file, without `.svg`.
  var name: String
  /// What it shows, in a few words.
  var title: String
  /// What can be seen in it, for those who cannot see it.
  var description: String
  /// Its width, in units of a CSS pixel.
  var width: Double
  var height: Double
  var content: Markup

  /// The drawing within a page that has ``Markup/figureStyle``.
  ///
  /// It shrinks to 680 pixels, and scrolls where there are fewer.
  var inline: Markup {
    let drawing = svg(standalone: false)
    let smallest = NumberText.fixed(min(width, 680), 0)
    return .element(
      "div", ["class": "scroll", "role": "group", "tabindex": "0", "aria-label": title],
      .element(
        "div",
        ["style": "min-width:\(smallest)px;max-width:\(NumberText.fixed(width * 1.15, 0))px"],
        drawing))
  }

  /// What stands in front of a drawing in a file of its own.
  static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  var standalone: String { Self.head + svg(standalone: true).source + "\n" }

  private func svg(standalone: Bool) -> Markup {
    let box = "0 0 \(Draw.number(width)) \(Draw.number(height))"
    let inside = [
      .element("title", text: title), .element("desc", text: description),
      standalone ? .element("style", Markup.figureStyle) : .empty,
      standalone
        ? .void("rect", ["class": "paper", "width": "100%", "height": "100%"]) : .empty,
      content,
    ]
    guard standalone else {
      return .element(
        "svg", ["class": "figure", "viewBox": box, "role": "img", "aria-label": title], inside)
    }
    return .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "figure", "viewBox": box,
        "width": Draw.number(width), "height": Draw.number(height), "role": "img",
      ], inside)
  }
}

/// A report's figures as SVG files.
///
/// Each is complete in itself: with its own styles, for light and dark, and with its legend.
enum ReportFigures {
  /// Draws all figures that a report has data for.
  static func all(_ report: Report) -> [(name: String, svg: String)] {
    let index = ReportIndex(report)
    let figures =
      [TradeOffFigure(index).figure] + sweeps(report) + [MarginFigure(report).figure]
      + heatMaps(report) + VoteEffectFigure.all(report).map { $0.figure }
    return figures.compactMap { $0 }.map { ("\($0.name).svg", $0.standalone) }
  }

  /// How the file begins that some report has for a figure of a name; `nil` where none has one.
  static func head(_ name: String) -> String? {
    name.wholeMatch(of: /(trade-off|vote-margins|(sweep|vote-map|vote-effect)-[0-9]+)\.svg/)
      .map { _ in Figure.head + "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\"" }
  }

  static func sweeps(_ report: Report) -> [Figure?] {
    SweepFigure.grouped(report.sweeps).enumerated().map { number, sweeps in
      SweepFigure(series: sweeps, number: number + 1).figure
    }
  }

  static func heatMaps(_ report: Report) -> [Figure?] {
    report.votes.enumerated().map { number, summary in
      HeatMapFigure(summary: summary, number: number + 1).figure
    }
  }
}

enum Draw {
  /// A coordinate: two decimals, and a hyphen for a minus sign as SVG wants it.
  static func number(_ value: Double) -> String {
    let text = NumberText.fixed(value, 2)
    return text.first == "−" ? "-" + text.dropFirst() : text
  }

  static func line(
    _ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) -> Markup {
    .void(
      "path",
      ["class": style, "d": "M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))"])
  }

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
