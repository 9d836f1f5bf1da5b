import RESTAEvaluation

/// A table with a caption, headings and, where rows belong together, groups.
struct PageTable {
  /// Rows that belong together: what they have in common, if that is worth a line, and the cells of
  /// each; the first is the row's heading.
  private var groups: [(title: String?, rows: [[Markup]])]
  private let columns: [(title: String, style: String)]
  private let caption: String
  /// What has to be known to read it, below the table.
  private let note: String

  init<Row>(
    _ caption: String, _ columns: [ReportColumn<Row>], rows: [Row], note: String = ""
  ) {
    self.init(caption, columns, groups: [(nil, rows)], note: note)
  }

  init<Row>(
    _ caption: String, _ columns: [ReportColumn<Row>], groups: [(title: String?, rows: [Row])],
    note: String = ""
  ) {
    self.caption = caption
    self.note = note
    let shown = columns.filter { $0.title != nil }
    self.columns = shown.map { ($0.title ?? "", $0.isNumeric ? "num" : "") }
    self.groups = groups.filter { !$0.rows.isEmpty }.map { group in
      (group.title, group.rows.map { row in shown.map { $0.markup(row) } })
    }
  }

  /// A table with a group for each role that there are rows of.
  init<Row>(
    _ caption: String, _ columns: [ReportColumn<Row>], byRole rows: [Row],
    _ role: (Row) -> Sample.Role, note: String = ""
  ) {
    let groups = Sample.Role.allCases.map { one in
      (title: Optional(ReportWords.prompts(one)), rows: rows.filter { role($0) == one })
    }
    self.init(caption, columns, groups: groups, note: note)
  }

  /// The table in a frame that scrolls where the page is narrow; nothing without rows.
  var markup: Markup {
    guard !groups.isEmpty else { return .empty }
    let headings = columns.map { column in
      Markup.element(
        "th", ["scope": "col", "class": column.style], .element("span", text: column.title))
    }
    let head = Markup.element("thead", .element("tr", [:], headings))
    let table = Markup.element(
      "table", [:], [.element("caption", text: caption), head] + groups.map(body))
    let frame = Markup.element(
      "div", ["class": "scroll", "role": "group", "tabindex": "0", "aria-label": caption], table)
    return note.isEmpty ? frame : frame + .element("p", ["class": "note"], text: note)
  }

  private func body(_ group: (title: String?, rows: [[Markup]])) -> Markup {
    let title = group.title.map { title in
      Markup.element(
        "tr", ["class": "group"],
        .element("th", ["scope": "rowgroup", "colspan": "\(columns.count)"], text: title))
    }
    return .element("tbody", [:], [title ?? .empty] + group.rows.map(row))
  }

  private func row(_ cells: [Markup]) -> Markup {
    let parts = zip(columns, cells).enumerated().map { number, pair in
      number == 0
        ? Markup.element("th", ["scope": "row", "class": pair.0.style], pair.1)
        : Markup.element("td", ["class": pair.0.style], pair.1)
    }
    return .element("tr", [:], parts)
  }
}

/// What stands in the cells of tables and in sentences: numbers are never without their n.
enum TableCells {
  static func text(_ text: String) -> Markup { .element("bdi", text: text) }

  /// A share in two lines: the number with its interval, and its n.
  static func rate(_ rate: Rate?) -> Markup {
    guard let rate else { return .text(NumberText.nothing) }
    let title =
      "\(rate.count) of \(rate.n); 95 % interval by \(ReportWords.method(rate.method)); "
      + ReportWords.count(rate.clusters, "cluster")
    return estimate(EstimateText(rate), title: title)
  }

  static func mean(_ mean: Mean?, unit: String = "", isSmall: Bool = false) -> Markup {
    guard let mean else { return .text(NumberText.nothing) }
    return estimate(
      EstimateText(mean, unit: unit, isSmall: isSmall), title: "mean with its 95 % interval")
  }

  /// A difference of shares in two lines.
  static func points(_ difference: Mean) -> Markup {
    estimate(.points(difference), title: "difference in percentage points, 95 % interval")
  }

  static func inline(_ rate: Rate) -> Markup {
    .element("span", ["class": "nowrap"], text: EstimateText(rate).line)
  }

  private static func estimate(_ estimate: EstimateText, title: String) -> Markup {
    let number = Markup.element("b", text: estimate.value)
    let interval =
      estimate.interval.isEmpty
      ? .empty : .text(" ") + .element("span", ["class": "ci"], text: estimate.interval)
    return .element("span", ["title": title], number, interval)
      + .void("br") + .element("small", text: estimate.n)
  }

  /// The sentence under a table that says how its intervals were made.
  static func methods(_ rates: [Rate]) -> String {
    let names = Set(rates.filter { $0.n > 0 }.map { ReportWords.method($0.method) }).sorted()
    return names.isEmpty ? "" : "95 % intervals by \(ReportWords.list(names))."
  }
}
