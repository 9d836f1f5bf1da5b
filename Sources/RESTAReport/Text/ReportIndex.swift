import RESTADocuments
import RESTAEvaluation

/// Finds a report's numbers by what they are of.
struct ReportIndex {
  let report: Report
  /// All defences that anything is said about: the report's order, then that of appearance.
  let defenses: [String]
  /// The defence that is none; `nil` where it was not run.
  let undefended: String?
  /// The control that a defence must be told apart from, of several the first; `nil` where none was run.
  let placebo: String?

  private let roles: [Key: GroupSummary]

  private struct Key: Hashable {
    var role: Sample.Role
    var defense: String
  }

  init(_ report: Report) {
    self.report = report
    let names =
      report.defenses.map(\.name) + report.tradeOff.map(\.defense) + report.groups.map(\.defense)
    defenses = names.unique()
    undefended =
      report.defenses.first { $0.kind == Undefended.kind }?.name
      ?? report.tradeOff.first { $0.verdict == .reference && $0.defense == "none" }?.defense
    placebo = report.defenses.first { $0.kind == Placebo.kind }?.name
    roles = Dictionary(
      report.groups.filter { $0.dimension == .role }
        .map { (Key(role: $0.role, defense: $0.defense), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  func group(_ role: Sample.Role, _ defense: String) -> GroupSummary? {
    roles[Key(role: role, defense: defense)]
  }

  /// What came out for each role, under each defence in order.
  var roleGroups: [GroupSummary] {
    Sample.Role.allCases.flatMap { role in defenses.compactMap { group(role, $0) } }
  }

  /// The comparison with the undefended model, or with another reference.
  func comparison(_ role: Sample.Role, _ defense: String, with reference: String?)
    -> PairedComparison?
  {
    report.comparisons.first {
      $0.role == role && $0.defense == defense && $0.baseline == reference
    }
  }

  /// What is known of attack success under a defence and under the placebo.
  func separation(_ defense: String) -> Separation {
    guard let placebo else { return .notRun }
    if defense == placebo { return .isPlacebo }
    if defense == undefended { return .isUndefended }
    switch comparison(.adversarial, defense, with: placebo)?.direction {
    case .lower: return .below
    case .higher: return .above
    case .undecided: return .notSeparated
    case nil: return .notCompared
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
    let all = defenses.map(family)
    return (all.filter { $0 == "none" } + all).unique()
  }
}

/// Where a defence's attack success stands to that of the placebo.
enum Separation: String, Sendable {
  case notRun = "no placebo was run"
  case isPlacebo = "is the placebo"
  case isUndefended = "is undefended"
  case below = "below the placebo"
  case above = "above the placebo"
  case notSeparated = "not separated from the placebo"
  case notCompared = "not compared with the placebo"
}

/// The words for the report's closed sets.
enum ReportWords {
  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// Parts as an enumeration: `a, b and c`.
  static func list(_ parts: [String]) -> String {
    guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// What the prompts of a role are called.
  static func prompts(_ role: Sample.Role) -> String {
    switch role {
    case .direct: "Direct requests"
    case .adversarial: "Attacks"
    case .benign: "Benign prompts"
    }
  }

  /// What stands where a placebo would.
  static let noPlacebo =
    "No placebo was run: any change to the model may lower attack success as much, and nothing here "
    + "can tell a defence from that."

  /// What a placebo is for.
  static func placebo(_ name: String) -> String {
    "The placebo, \(name), changes something and defends against nothing: what a defence does beyond "
      + "it is the defence. Better than refusing at random is not better than the placebo."
  }

  /// How an interval was made.
  static func method(_ method: String) -> String {
    switch method {
    case "wilson": "Wilson’s score method"
    case "clopper-pearson": "Clopper and Pearson’s method"
    case "effective-sample": "Clopper and Pearson’s method on the effective sample size"
    default: method
    }
  }

  /// A sweep's setting and its symbol.
  static func parameter(_ parameter: String) -> String {
    switch parameter {
    case "sigma": "noise strength σ"
    case "prefix": "prefix length l"
    case "samples": "copies k"
    default: parameter
    }
  }

  /// A setting as `name = value`, nested ones too.
  static func value(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): NumberText.setting(value)
    case .string(let value): value
    case .array(let values): "[" + values.map(Self.value).joined(separator: ", ") + "]"
    case .object(let members): "{" + settings(members) + "}"
    }
  }

  static func settings(_ settings: JSONObject) -> String {
    settings.map { "\($0.key) = \(value($0.value))" }.joined(separator: ", ")
  }

  /// Members in the order of their names: a dictionary has none of its own.
  static func sorted<Value>(_ members: [String: Value]) -> [(key: String, value: Value)] {
    members.sorted { $0.key < $1.key }
  }
}
