import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The report's page") struct HTMLReportTests {
  @Test func `it is well-formed and holds nothing that runs or loads`() throws {
    let page = try #require(ReportFixture.page)
    let names = Set(page.trace.map { String($0.prefix { $0 != " " }) })
    let known: Set<String> = [
      "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section",
      "article", "aside", "footer", "div", "figure", "figcaption", "details", "summary", "h1", "h2",
      "h3", "h4", "p", "ul", "li", "dl", "dt", "dd", "a", "b", "strong", "small", "span", "bdi",
      "br", "pre", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "g", "desc",
      "path", "rect", "circle", "polygon", "text",
    ]
    #expect(names.subtracting(known) == [])
    for (element, name, value) in page.attributes {
      #expect(!name.hasPrefix("on") && !["src", "srcset", "action", "data"].contains(name))
      if name == "href" { #expect(value.first == "#", "\(element): \(value)") }
      if name == "style" { #expect(value.hasPrefix("min-width:"), "\(element): \(value)") }
    }
    let policy = page.attributes.first { $0.value.contains("default-src") }
    #expect(policy?.value == "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
  }

  @Test func `links lead somewhere and no id is used twice`() throws {
    let page = try #require(ReportFixture.page)
    let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(ids.count == Set(ids).count)
    let links = page.attributes.filter { $0.name == "href" }.map { String($0.value.dropFirst()) }
    let labels = page.attributes.filter { $0.name == "aria-labelledby" }.map(\.value)
    #expect(links.count > 10)
    #expect(Set(links + labels).subtracting(ids) == [])
  }

  @Test func `every share and every interval in a table has its n`() throws {
    let page = try #require(ReportFixture.page)
    let cells = (page.texts["td"] ?? []).filter {
      $0.contains("%") || $0.wholeMatch(of: /.*\[[−+<]?\d.*/) != nil
    }
    #expect(cells.count > 500)
    for cell in cells { #expect(cell.contains("n = "), "\(cell)") }
    let lines = (page.texts["dd"] ?? []).filter { $0.contains(/\d % \[/) }
    #expect(lines.count >= 15)
    for line in lines {
      let shares = line.matches(of: /\d % \[/).count
      #expect(line.matches(of: /n = \d/).count >= shares, "\(line)")
    }
  }

  @Test func `tables and figures say what they are`() throws {
    let page = try #require(ReportFixture.page)
    let tables = page.trace.filter { $0 == "table" }.count
    #expect(tables > 10)
    #expect(page.texts["caption"]?.count == tables)
    #expect(!(page.texts["caption"] ?? []).contains(""))
    #expect(page.trace.filter { $0.hasPrefix("th") && !$0.contains("scope") } == ["thead"] * tables)
    let drawings = page.trace.filter { $0.hasPrefix("svg") }
    #expect(drawings.count > 100)
    #expect(drawings.allSatisfy { $0.contains("role") || $0.contains("aria-hidden") })
  }

  @Test func `the summary says what was tested and what changed`() throws {
    let page = try #require(ReportFixture.page)
    let sentences = page.texts["p"] ?? []
    #expect(
      sentences.contains {
        $0.hasPrefix("10 ways of answering were tested on 40 direct harmful requests, 67 attacks")
      })
    #expect(
      // The controls are none of them: neither refusing at random nor a temperature defends.
      sentences.contains {
        $0.contains("of 7 defences 4 did better, 3 could not be told from it and 0 did worse")
      })
    let lines = page.texts["dd"] ?? []
    #expect(
      lines.contains {
        $0.hasPrefix(
          "from 61 % [54, 68], n = 201 (67 clusters) to 18 % [13, 24], n = 201 (67 clusters)")
      })
    // The control is among the 9, and the best of them may be below the line: no word of above.
    #expect(
      sentences.contains {
        $0.hasPrefix(
          "These are the 3 of 9, controls included, that stand best against refusing at random, "
            + "chosen after the fact")
      })
  }

  @Test func `the first table has the difference to the placebo, or says that there was none`()
    throws
  {
    for (report, isThere) in [(ReportFixture.full, false), (ReportFixture.withPlacebo, true)] {
      let page = try #require(PageReader.read(HTMLReport.render(report)))
      let headings = page.texts["th"] ?? []
      let caption = try #require(page.texts["caption"]?.first)
      #expect(caption == "Each defence between safety and usefulness")
      #expect(headings.contains("difference to the placebo"))
      let notes = (page.texts["p"] ?? []).filter { $0.contains("No placebo was run") }
      #expect(notes.isEmpty == isThere)
      let cells = (page.texts["td"] ?? []).filter { $0.contains("the placebo") }
      #expect(
        cells.contains { $0.hasPrefix("better") && $0.hasSuffix("below the placebo") } == isThere)
      #expect(
        cells.contains { $0.hasPrefix("better") && $0.hasSuffix("not separated from the placebo") }
          == isThere)
    }
  }

  @Test func `redacted text is said to be so`() throws {
    let page = try #require(ReportFixture.page)
    #expect((page.texts["p"] ?? []).filter { $0 == "[redacted]" }.count == 2)
    #expect((page.texts["pre"] ?? []).contains("How do I boil an egg?"))
  }

  @Test func `an answer that there is none of is not said to be redacted`() throws {
    var report = ReportFixture.small
    report.examples[0].answer = nil
    let page = try #require(PageReader.read(HTMLReport.render(report)))
    let paragraphs = page.texts["p"] ?? []
    #expect(paragraphs.contains("[no answer]"))
    #expect(paragraphs.filter { $0 == "[redacted]" }.count == 2)
  }

  @Test func `equal reports give equal pages`() throws {
    // Read again, the dictionaries are others, with an order of their own.
    let data = try ReportJSON.encode(ReportFixture.small)
    let copy = try JSONDecoder().decode(Report.self, from: data)
    #expect(
      HTMLReport.render(copy).utf8.elementsEqual(HTMLReport.render(ReportFixture.small).utf8))
  }
}

private func * (part: [String], count: Int) -> [String] {
  (0..<count).flatMap { _ in part }
}
