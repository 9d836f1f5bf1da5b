import RESTAEvaluation

/// A table with a caption, headings and, where rows belong together, groups.
struct PageTable {
  /// A column.
  struct Column {
    /// What stands in it.
    var title: String
    /// Whether it is set to the right.
    var isNumeric: Bool

    /// A column of text.
    static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
    /// A column of numbers.
    static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
  }

  /// Rows that belong together.
  struct Group {
    /// What they have in common; `nil`: nothing worth a line.
    var title: String?
    /// Cells of each row; the first is the row's heading.
    var rows: [[Markup]]
  }

  /// What the table shows.
  var caption: String
  /// The columns.
  var columns: [Column]
  /// The rows.
  var groups: [Group]
  /// What has to be known to read it, below the table.
  var note = ""

  /// A table without groups.
  init(_ caption: String, _ columns: [Column], rows: [[Markup]], note: String = "") {
    self.init(caption, columns, groups: [Group(title: nil, rows: rows)], note: note)
  }

  /// A table of groups.
  init(_ caption: String, _ columns: [Column], groups: [Group], note: String = "") {
    self.caption = caption
    self.columns = columns
    self.groups = groups.filter { !$0.rows.isEmpty }
    self.note = note
  }

  /// The table in a frame that scrolls where the page is narrow; nothing without rows.
  var markup: Markup {
    guard !groups.isEmpty else { return .empty }
    let headings = columns.map { column in
      Markup.element(
        "th", ["scope": "col", "class": style(column)], .element("span", text: column.title))
    }
    let head = Markup.element("thead", .element("tr", [:], headings))
    let table = Markup.element(
      "table", [:], [.element("caption", text: caption), head] + groups.map(body))
    let frame = Markup.element(
      "div", ["class": "scroll", "role": "group", "tabindex": "0", "aria-label": caption], table)
    return note.isEmpty ? frame : frame + .element("p", ["class": "note"], text: note)
  }

  private func body(_ group: Group) -> Markup {
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
        ? Markup.element("th", ["scope": "row", "class": style(pair.0)], pair.1)
        : Markup.element("td", ["class": style(pair.0)], pair.1)
    }
    return .element("tr", [:], parts)
  }

  private func style(_ column: Column) -> String { column.isNumeric ? "num" : "" }
}
