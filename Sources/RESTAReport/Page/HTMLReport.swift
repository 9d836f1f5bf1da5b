/// A report as one page that needs nothing else: no network, no script, no other file.
///
/// The page is well-formed XML too, its policy forbids every request, and whatever comes from data
/// or models stands in it as text, with invisible characters made visible.
///
/// ```swift
/// let page = HTMLReport.render(report)
/// try page.write(toFile: "report.html", atomically: true, encoding: .utf8)
/// ```
enum HTMLReport {
  static func render(_ report: Report) -> String {
    let index = ReportIndex(report)
    let sections = sections(index).filter { !$0.isEmpty }
    let body = Markup.element(
      "body",
      .element("a", ["class": "skip", "href": "#summary"], text: "To the summary"),
      header(report, sections), .element("main", [:], sections.map(\.markup)), footer)
    return "<!DOCTYPE html>\n"
      + Markup.element("html", ["lang": "en"], head(report), body).source + "\n"
  }

  private static func sections(_ index: ReportIndex) -> [PageSection] {
    [
      SummarySection.section(index), TradeOffSection.section(index),
      OutcomeSection.section(index), ComparisonSection.section(index.report),
      SweepSection.section(index.report), CostSection.section(index),
      BreakdownSection.section(index), VoteSection.section(index.report),
      VoteEffectSection.section(index.report), CorrectSection.section(index.report),
      InstructionSection.section(index.report), AgreementSection.section(index.report),
      PreferenceSection.section(index.report), ExampleSection.section(index.report),
      GuideSection.section, MaterialSection.section(index.report),
      RecordSection.section(index.report),
    ]
  }

  private static func head(_ report: Report) -> Markup {
    .element(
      "head", .void("meta", ["charset": "utf-8"]),
      .void(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ]),
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .void("meta", ["name": "referrer", "content": "no-referrer"]),
      .element("title", text: report.heading),
      .element("style", Markup.pageStyle, Markup.figureStyle))
  }

  private static func header(_ report: Report, _ sections: [PageSection]) -> Markup {
    let links = sections.map { section in
      Markup.element("li", .element("a", ["href": "#\(section.id)"], text: section.title))
    }
    return .element(
      "header", .element("h1", text: report.heading),
      .element(
        "p", ["class": "subtitle"], text: "What a defence does to attacks, and what it costs."),
      .element("nav", ["aria-label": "Sections"], .element("ul", [:], links)))
  }

  private static let footer = Markup.element(
    "footer",
    PageSection.paragraph(
      "Made by RESTA for Swift. All numbers of this page are also in the JSON and CSV files beside "
        + "it, in full precision."))
}

/// A section of the page, with an address of its own.
struct PageSection {
  var id: StaticString
  var title: String
  /// What stands in it; without anything the section is left out.
  var content: Markup

  var isEmpty: Bool { content == .empty }

  var markup: Markup {
    .element(
      "section", ["id": id.description, "aria-labelledby": "\(id)-title"],
      .element("h2", ["id": "\(id)-title"], text: title), content)
  }

  static func paragraph(_ text: String) -> Markup { .element("p", text: text) }

  static func figure(_ figure: Figure, caption: String) -> Markup {
    .element("figure", figure.inline, .element("figcaption", text: caption))
  }

  /// What can be unfolded; printed in full.
  static func details(_ summary: String, _ content: Markup) -> Markup {
    content == .empty
      ? .empty : .element("details", .element("summary", text: summary), content)
  }
}
