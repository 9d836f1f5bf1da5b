import RESTAEvaluation

/// A section of the page, with an address of its own.
struct PageSection {
  /// Its address.
  var id: StaticString
  /// Its heading.
  var title: String
  /// What stands in it; without anything the section is left out.
  var content: Markup

  /// Whether there is anything in it.
  var isEmpty: Bool { content == .empty }

  /// The section.
  var markup: Markup {
    .element(
      "section", ["id": id.description, "aria-labelledby": "\(id)-title"],
      .element("h2", ["id": "\(id)-title"], text: title), content)
  }

  /// A paragraph.
  static func paragraph(_ text: String) -> Markup { .element("p", text: text) }

  /// A figure with its caption.
  static func figure(_ figure: Figure, caption: String) -> Markup {
    .element(
      "figure", figure.inline, .element("figcaption", text: caption))
  }

  /// What can be unfolded; printed in full.
  static func details(_ summary: String, _ content: Markup) -> Markup {
    content == .empty
      ? .empty : .element("details", .element("summary", text: summary), content)
  }
}
