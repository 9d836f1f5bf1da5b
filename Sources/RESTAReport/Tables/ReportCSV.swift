import RESTADocuments

/// A table in comma-separated values: RFC 4180, with a line of headings; no text in it is a spreadsheet's formula.
struct ReportCSV {
  enum Cell {
    case text(String)
    /// A number in the fewest digits that give the same `Double` again; empty where there is none.
    case number(Double?)
    case count(Int?)
  }

  private let columns: [String]
  private let rows: [[Cell]]

  init<Row>(_ columns: [ReportColumn<Row>], _ rows: [Row]) {
    let columns = columns.filter { !$0.headings.isEmpty }
    self.columns = columns.flatMap(\.headings)
    self.rows = rows.map { row in columns.flatMap { $0.cells(row) } }
  }

  var isEmpty: Bool { rows.isEmpty }

  var text: String {
    ([columns] + rows.map { $0.map(Self.written) }).map(CSVText.row).joined()
  }

  private static func written(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): CSVText.neutral(text)
    case .number(let number): number.map { $0.isFinite ? "\($0)" : "" } ?? ""
    case .count(let count): count.map(String.init) ?? ""
    }
  }
}

extension ReportCSV {
  static func rate(_ name: String) -> [String] {
    ["count", "n", "clusters", "share", "low", "high", "method"].map { "\(name)_\($0)" }
  }

  /// The cells of a share; empty where there is none.
  static func rate(_ rate: Rate?) -> [Cell] {
    guard let rate else { return [Cell](repeating: .count(nil), count: 7) }
    let isNone = rate.n == 0
    return [
      .count(rate.count), .count(rate.n), .count(rate.clusters), .number(rate.share),
      .number(isNone ? nil : rate.low), .number(isNone ? nil : rate.high), .text(rate.method),
    ]
  }

  static func mean(_ name: String) -> [String] {
    [name, "\(name)_n", "\(name)_low", "\(name)_high"]
  }

  /// The cells of a mean; empty where there is none.
  static func mean(_ mean: Mean?) -> [Cell] {
    [.number(mean?.value), .count(mean?.n), .number(mean?.low), .number(mean?.high)]
  }
}
