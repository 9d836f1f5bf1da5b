import RESTAEvaluation

/// Single answers, for reading.
enum ExampleSection {
  static func section(_ report: Report) -> PageSection {
    guard !report.examples.isEmpty else {
      return PageSection(id: "examples", title: "Examples", content: .empty)
    }
    return PageSection(
      id: "examples", title: "Examples",
      content: PageSection.paragraph(
        "\(ReportWords.count(report.examples.count, "answer")), to show what the labels look like; not "
          + "a sample to count from. Harmful text is redacted unless it was asked for.")
        + .joined(report.examples.map(article)))
  }

  private static func article(_ example: Example) -> Markup {
    .element(
      "article",
      .element("h3", TableCells.text("\(example.defense): \(example.label.rawValue)")),
      .element(
        "p", ["class": "note"],
        .element(
          "bdi",
          text: "\(example.dataset), \(example.sample), \(example.role.rawValue), seed "
            + "\(example.seed)")),
      part("Prompt", example.prompt), part("Answer", example.answer),
      example.redaction.map { .element("p", ["class": "redacted"], text: "Redacted: \($0)") }
        ?? .empty)
  }

  private static func part(_ title: String, _ text: String?) -> Markup {
    .element("h4", text: title)
      + (text.map { .element("pre", text: $0) }
        ?? .element("p", ["class": "redacted"], text: "[redacted]"))
  }
}
