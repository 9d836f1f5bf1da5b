/// The table at the end of the demo: a line for each prompt.
enum DemoTable {
  private static let verdictWidth = 11

  /// The lines, with a title.
  ///
  /// - Parameters:
  ///   - outcomes: What came of the prompts.
  ///   - width: The terminal's; titles take what the other columns leave.
  /// - Returns: The title, a line for each prompt, and what the last column means.
  static func lines(_ outcomes: [DemoOutcome], width: Int) -> [String] {
    let titleWidth = max(12, width - 2 * (verdictWidth + 2) - 10)
    let title = row("Verdicts, by phrases", "undefended", "defended", "tokens", titleWidth)
    return [Style.bold(title)]
      + outcomes.map { outcome in
        row(
          Columns.harmless(outcome.item.title),
          text(refused: outcome.verdict.undefendedRefused),
          text(refused: outcome.verdict.defendedRefused),
          Summary.number(outcome.tokensRatio) + " x", titleWidth)
      }
      + [Style.dim("tokens: how many times those of the undefended answer the model processed")]
  }

  /// The title of the table says that it goes by phrases.
  private static func text(refused: Bool) -> String { refused ? "refused" : "not refused" }

  private static func row(
    _ title: String, _ undefended: String, _ defended: String, _ ratio: String, _ width: Int
  ) -> String {
    let shown = title.count > width ? title.prefix(width - 1) + "…" : title
    return [
      Columns.left(shown, width), Columns.left(undefended, verdictWidth),
      Columns.left(defended, verdictWidth), Columns.right(ratio, 8),
    ].joined(separator: "  ")
  }
}
