import RESTAEvaluation

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
  /// Its height.
  var height: Double
  /// The drawing.
  var content: Markup

  /// The drawing within a page that has ``FigureStyle``.
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

  /// The drawing as a file.
  var standalone: String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg(standalone: true).source + "\n"
  }

  private func svg(standalone: Bool) -> Markup {
    let box = "0 0 \(Draw.number(width)) \(Draw.number(height))"
    let inside = [
      .element("title", text: title), .element("desc", text: description),
      standalone ? .element("style", FigureStyle.sheet) : .empty,
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
