/// One column of a table about rows of a type: what the CSV file and the page say of a row.
struct ReportColumn<Row> {
  /// The file's headings; none where the column is only on the page.
  var headings: [String] = []
  /// The file's cells, one for each heading.
  var cells: (Row) -> [ReportCSV.Cell] = { _ in [] }
  /// The page's heading; `nil` where the column is only in the file.
  var title: String?
  /// Whether the page sets it to the right.
  var isNumeric = false
  var markup: (Row) -> Markup = { _ in .empty }

  static func text(
    _ heading: String?, _ title: String?, _ value: @escaping (Row) -> String
  ) -> Self {
    Self(
      headings: heading.map { [$0] } ?? [], cells: { [.text(value($0))] }, title: title,
      markup: { TableCells.text(value($0)) })
  }

  static func count(
    _ heading: String?, _ title: String?, _ value: @escaping (Row) -> Int
  ) -> Self {
    Self(
      headings: heading.map { [$0] } ?? [], cells: { [.count(value($0))] }, title: title,
      isNumeric: true, markup: { .text("\(value($0))") })
  }

  /// A number; the page says it in its own way.
  static func number(
    _ heading: String, _ title: String?, _ value: @escaping (Row) -> Double?,
    _ markup: @escaping (Row) -> Markup
  ) -> Self {
    Self(
      headings: [heading], cells: { [.number(value($0))] }, title: title, isNumeric: true,
      markup: markup)
  }

  static func rate(
    _ heading: String?, _ title: String?, _ value: @escaping (Row) -> Rate?
  ) -> Self {
    Self(
      headings: heading.map(ReportCSV.rate) ?? [], cells: { ReportCSV.rate(value($0)) },
      title: title, isNumeric: true, markup: { TableCells.rate(value($0)) })
  }

  static func mean(
    _ heading: String?, _ title: String?, unit: String = "", _ value: @escaping (Row) -> Mean?
  ) -> Self {
    Self(
      headings: heading.map(ReportCSV.mean) ?? [], cells: { ReportCSV.mean(value($0)) },
      title: title, isNumeric: true, markup: { TableCells.mean(value($0), unit: unit) })
  }

  static func page(
    _ title: String, isNumeric: Bool = false, _ markup: @escaping (Row) -> Markup
  ) -> Self {
    Self(title: title, isNumeric: isNumeric, markup: markup)
  }

  /// The same column with another cell on the page.
  func shown(_ markup: @escaping (Row) -> Markup) -> Self {
    var column = self
    column.markup = markup
    return column
  }
}
