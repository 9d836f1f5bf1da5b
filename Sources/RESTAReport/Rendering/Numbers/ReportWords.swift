import RESTADocuments
import RESTAEvaluation

/// The words for the report's closed sets.
enum ReportWords {
  /// A number with its noun.
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

  /// How an interval was made.
  static func method(_ method: String) -> String {
    switch method {
    case "wilson": "Wilson’s score method"
    case "cluster-bootstrap": "the cluster bootstrap"
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

  /// Settings by name.
  static func settings(_ settings: JSONObject) -> String {
    sorted(settings).map { "\($0.key) = \(value($0.value))" }.joined(separator: ", ")
  }

  /// Members in the order of their names: a dictionary has none of its own.
  static func sorted<Value>(_ members: [String: Value]) -> [(key: String, value: Value)] {
    members.sorted { $0.key < $1.key }
  }
}
