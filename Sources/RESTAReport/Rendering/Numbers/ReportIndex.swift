import RESTADocuments
import RESTAEvaluation

/// Finds a report's numbers by what they are of.
struct ReportIndex {
  /// The report.
  let report: Report
  /// All defences that anything is said about: the report's order, then that of appearance.
  let defenses: [String]
  /// The defence that is none; `nil` where it was not run.
  let undefended: String?

  private let roles: [Key: GroupSummary]

  private struct Key: Hashable {
    var role: Sample.Role
    var defense: String
  }

  init(_ report: Report) {
    self.report = report
    var seen = Set<String>()
    let names =
      report.defenses.map(\.name) + report.tradeOff.map(\.defense) + report.groups.map(\.defense)
    defenses = names.filter { seen.insert($0).inserted }
    undefended =
      report.defenses.first { $0.kind == "none" }?.name
      ?? report.tradeOff.first { $0.verdict == .reference && $0.defense == "none" }?.defense
    roles = Dictionary(
      report.groups.filter { $0.dimension == .role }
        .map { (Key(role: $0.role, defense: $0.defense), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What came out for a role.
  func group(_ role: Sample.Role, _ defense: String) -> GroupSummary? {
    roles[Key(role: role, defense: defense)]
  }

  /// The roles that were asked about.
  var askedRoles: [Sample.Role] {
    Sample.Role.allCases.filter { role in defenses.contains { group(role, $0) != nil } }
  }

  /// The comparison with the undefended model.
  func comparison(_ role: Sample.Role, _ defense: String) -> PairedComparison? {
    report.comparisons.first {
      $0.role == role && $0.defense == defense && $0.baseline == undefended
    }
  }

  /// What a defence has in common with those that are drawn alike: its type, and its noise.
  func family(_ defense: String) -> String {
    guard let summary = report.defenses.first(where: { $0.name == defense }) else {
      return defense == undefended ? "none" : "other"
    }
    guard let noise = summary.settings["noise"]?.string else { return summary.kind }
    return "\(summary.kind), \(noise)"
  }

  /// The families of some defences, the undefended model's first.
  func families(_ defenses: [String]) -> [String] {
    var seen = Set<String>()
    let all = defenses.map(family)
    return (all.filter { $0 == "none" } + all).filter { seen.insert($0).inserted }
  }
}
