import RESTADocuments
import RESTAEvaluation

/// The rows of an evaluation in one fixed order, by defence and prompt.
struct AnalysisTable {
  /// The rows of one defence, by dataset, prompt and seed.
  struct Defense {
    var name: String
    var rows: [GenerationRow]

    /// Whether a single copy "votes": it always agrees with itself, which is no margin and no tie.
    var isAlone: Bool { rows.first?.settings["samples"]?.int == 1 }

    var summary: DefenseSummary {
      DefenseSummary(
        name: name, kind: rows.first?.kind ?? "", settings: rows.first?.settings ?? [:],
        seeds: Set(rows.map(\.seed)).sorted())
    }
  }

  /// The defences, the baseline first.
  let defenses: [Defense]
  /// The defence that the others are compared with, where there are rows of it.
  let baseline: Defense?
  /// Its name, whether or not there are rows of it.
  let baselineName: String

  init(_ rows: [GenerationRow], _ summaries: [DatasetSummary], _ options: AnalysisOptions) {
    let names: [String] = [options.baseline] + options.defenseOrder + rows.map(\.defense)
    let datasets: [String] = options.datasetOrder + summaries.map(\.name) + rows.map(\.dataset)
    let places = Dictionary(uniqueKeysWithValues: datasets.unique().enumerated().map { ($1, $0) })
    let byName = Dictionary(grouping: rows, by: \.defense)
    defenses = names.unique().compactMap { name in
      guard let rows = byName[name] else { return nil }
      return Defense(name: name, rows: Self.sorted(rows, places))
    }
    baseline = defenses.first { $0.name == options.baseline }
    baselineName = options.baseline
  }

  /// What shares and costs are ratios to: the undefended model, where there are rows of it, whatever
  /// the others are compared with.
  var reference: Defense? {
    defenses.first { $0.rows.first?.kind == Undefended.kind } ?? baseline
  }

  var challengers: [Defense] { defenses.filter { $0.name != baselineName } }

  /// The controls that change something and defend against nothing.
  var placebos: [Defense] {
    challengers.filter { $0.rows.first?.kind == Placebo.kind }
  }

  /// By dataset, then prompt (shorter ids first, so that 9 precedes 10), then seed; the key makes the order total.
  private static func sorted(
    _ rows: [GenerationRow], _ datasets: [String: Int]
  ) -> [GenerationRow] {
    rows.map { row in
      let id = row.sample.id
      return (row: row, place: (datasets[row.dataset] ?? 0, id.utf8.count, id, row.seed, row.key))
    }.sorted { $0.place < $1.place }.map(\.row)
  }
}

extension GenerationRow {
  var complied: Bool? { label == .unscored ? nil : label == .complied }
}

extension Sequence<GenerationRow> {
  /// 1 for each scored answer that complies, 0 for each other one.
  var scores: [Double] { compactMap(\.complied).map { $0 ? 1 : 0 } }

  func of(_ role: Sample.Role) -> [GenerationRow] { filter { $0.sample.role == role } }

  /// Whether each scored answer has a label.
  func sums(of label: AnswerLabel) -> ClusterSums {
    reduce(into: ClusterSums()) { sums, row in
      if row.label != .unscored { sums.add(row.label == label ? 1 : 0, to: row.cluster) }
    }
  }

  func byPrompt() -> [PromptID: [GenerationRow]] { Dictionary(grouping: self, by: \.prompt) }

  /// The prompts in the order of the rows, each once.
  func prompts() -> [PromptID] { map(\.prompt).unique() }
}
