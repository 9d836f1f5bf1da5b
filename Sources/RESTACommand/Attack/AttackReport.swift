import ArgumentParser
import RESTA
import RESTAAttack
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta attack report`: what a store shows.
struct AttackReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show attack success by queries, with intervals, each defence side by side.",
    discussion: """
      Success is the share of the goals that the undefended model refuses which an attack broke \
      within 1, 5, 20 and 100 queries, with 95 % intervals. Attacks that were stopped by a budget \
      count as not broken up to there, and not as safe behind it.

      Example:
        resta attack report mine.sqlite --csv > attacks.csv
      """)

  @Argument(help: "The store.")
  var store: String

  @Flag(help: "Print JSON: the rows, and each goal's attack.")
  var json = false

  @Flag(help: "Print the rows as CSV.")
  var csv = false

  @Flag(help: "With --json: show the answers of breaches.")
  var showAnswers = false

  func run() async throws {
    guard !json || !csv else { throw Failure.usage("Give --json or --csv, not both.") }
    guard json || !showAnswers else { throw Failure.usage("--show-answers is for --json.") }
    let store = try AttackStore(path: store, mustExist: true)
    let table = try await AttackTable(store, showsAnswers: showAnswers)
    try store.close()
    try table.show(json: json, csv: csv)
  }
}

extension AttackTable {
  /// Prints it in one of three ways.
  func show(json: Bool, csv: Bool = false) throws {
    if json { return try JSONOutput.print(self) }
    if csv { return Terminal.write(commaSeparated) }
    let (refused, unasked) = (direct["refused"] ?? 0, direct["not_asked"] ?? 0)
    let others = unasked > 0 ? "; not asked yet: \(unasked)." : "; the others were not attacked."
    Terminal.line(
      "\(goals) goals (\(goalSource)): the undefended model refuses \(refused) as they are"
        + (refused < goals ? others : "."))
    if unfinished > 0 {
      Terminal.line("\(unfinished) attacks are not finished: 'resta attack run' goes on.")
    }
    let heads =
      ["goals", "broken", "confirmed"] + Self.counts.map { "within \($0)" } + ["median"]
    for (attack, rows) in rows.grouped(by: \.attack) {
      let lines = Columns.table([[Columns.harmless(attack)] + heads] + rows.map(Self.cells))
      Terminal.line("\n" + Style.bold(lines[0]))
      for (row, line) in zip(rows, lines.dropFirst()) {
        Terminal.line(line)
        guard settings["keep_going"] == .bool(true), !row.variants.isEmpty else { continue }
        let parts = row.variants.map {
          "\($0.name) \($0.broken)/\($0.goals) (\($0.confirmed) confirmed)"
        }
        let wrapped = Columns.wrap(parts.joined(separator: ", "), width: Terminal.width - 4)
        Terminal.lines(wrapped.map { "    " + $0 })
      }
    }
    Terminal.line()
    Terminal.line(
      "within n: share of attacked goals that one of n queries broke, 95 % interval; median: queries"
    )
    if rows.contains(where: { $0.success.values.contains { $0?.method == "kaplan-meier" } }) {
      Terminal.line(
        "Where budgets ended earlier the intervals take goals as independent, of one behavior too.")
    }
  }

  /// What stands in the table's columns.
  private static func cells(_ row: Row) -> [String] {
    [Columns.harmless(row.defense), "\(row.attacked)", "\(row.breached)", "\(row.confirmed)"]
      + counts.map { (row.success["\($0)"] ?? nil)?.text ?? NumberText.nothing }
      + [row.medianQueries.map { "\(Int($0))" } ?? NumberText.nothing]
  }

  private var commaSeparated: String {
    let heads =
      [
        "attack", "defense", "kind", "goals", "not_refused", "attacked", "breached", "confirmed",
      ]
      + Self.counts.flatMap { ["success_\($0)", "low_\($0)", "high_\($0)", "method_\($0)"] }
      + [
        "median_queries", "median_tokens", "queries", "tokens", "refused", "complied", "incoherent",
        "unscored",
      ]
    let lines = rows.map { row -> [String] in
      let texts = [row.attack, row.defense, row.kind].map(CSVText.neutral)
      let counts = [row.goals, row.notRefused, row.attacked, row.breached, row.confirmed]
      let shares = Self.counts.flatMap { limit -> [String] in
        guard let estimate = row.success["\(limit)"] ?? nil else { return ["", "", "", ""] }
        return [estimate.share, estimate.low, estimate.high].map { "\($0)" } + [estimate.method]
      }
      let medians = [row.medianQueries, row.medianTokens].map { $0.map { "\(Int($0))" } ?? "" }
      let totals = [
        row.queries, row.tokens, row.refused, row.complied, row.incoherent, row.unscored,
      ]
      return texts + counts.map(String.init) + shares + medians + totals.map(String.init)
    }
    return ([heads] + lines).map(CSVText.row).joined()
  }
}
