import RESTAEvaluation

/// A table for a terminal, with cells of several lines: the first and the last column to the left,
/// numbers between them to the right.
struct TextTable {
  /// The columns' headings, each of some lines.
  var headings: [[String]]
  /// The rows' cells, each of some lines.
  var rows: [[[String]]]

  /// The table's lines; `nil` when they are longer than a width.
  func lines(width: Int) -> [String]? {
    let widths = headings.indices.map { column in
      ([headings] + rows).flatMap { $0[column] }.map(TextWidth.columns).max() ?? 0
    }
    let total = widths.reduce(0, +) + 2 * (widths.count - 1)
    guard total <= width else { return nil }
    let rule = String(repeating: "─", count: total)
    return layout(headings, widths) + [rule] + rows.flatMap { layout($0, widths) + [rule] }
  }

  private func layout(_ cells: [[String]], _ widths: [Int]) -> [String] {
    let height = cells.compactMap { $0.lastIndex { !$0.isEmpty } }.max().map { $0 + 1 } ?? 0
    return (0..<height).map { line in
      let parts = cells.enumerated().map { column, texts in
        let text = line < texts.count ? texts[line] : ""
        let space = String(repeating: " ", count: widths[column] - TextWidth.columns(text))
        return column == 0 || column == cells.count - 1 ? text + space : space + text
      }
      let joined = parts.joined(separator: "  ")
      let end = joined.lastIndex { $0 != " " }
      return end.map { String(joined[...$0]) } ?? ""
    }
  }
}
