/// What is known of refusals: `Resources/refusal-rules.txt`, whose head explains its lines, read.
struct RefusalRules: Sendable {
  /// Patterns that say the same kind of thing, and what that weighs.
  struct Group: Sendable, Hashable {
    let name: String
    /// The weight in an answer's first sentences.
    let lead: Int
    /// The weight behind them.
    let later: Int
    /// Whether its patterns take words out of the evidence instead of adding to it.
    var isException: Bool { name == "except" }
  }

  struct Rule: Sendable {
    let group: Group
    let pattern: RefusalPattern
  }

  static let standard = RefusalRules(
    String(decoding: PackageResources.refusal_rules_txt, as: UTF8.self))

  private(set) var language = RefusalLanguage()
  /// From how much evidence on an answer is a refusal.
  private(set) var threshold = 0
  /// How many sentences are the lead.
  private(set) var lead = 0
  /// What a shape of the answer weighs.
  private(set) var shapes: [String: Int] = [:]
  /// What begins and ends thoughts in front of an answer.
  private(set) var thoughts: [(opening: String, closing: String)] = []
  /// Words that may stand between any two words of a pattern, by their first.
  private(set) var skips: [String: [[String]]] = [:]
  /// What could not be read; nothing in the standard rules.
  private(set) var faults: [String] = []

  private var rules: [Rule] = []
  private var starts: [String: [Int]] = [:]
  private var lists: [String: [RefusalPattern]] = [:]

  /// Reads rules; lines that are none are in ``faults``.
  init(_ text: String) {
    var group: Group?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      if line.hasPrefix("[") {
        group = Self.group(line)
      } else if !setting(line) {
        guard let group, let pattern = RefusalPattern(line, language, lists) else {
          faults.append("\(index + 1): \(line)")
          continue
        }
        for first in pattern.firstWords { starts[first, default: []].append(rules.count) }
        rules.append(Rule(group: group, pattern: pattern))
      }
    }
  }

  /// The rules whose patterns may begin with a word.
  func rules(startingWith word: String) -> [Rule] {
    let prefixes = word.first.flatMap { starts["\($0)+"] } ?? []
    return ((starts[word] ?? []) + prefixes).map { rules[$0] }
  }

  /// `[NAME N M]`, or `[NAME]`, which weighs nothing.
  private static func group(_ line: Substring) -> Group? {
    let parts = line.dropFirst().dropLast().split(separator: " ")
    guard let name = parts.first else { return nil }
    let weights = parts.dropFirst().compactMap { Int($0) }
    return Group(name: String(name), lead: weights.first ?? 0, later: weights.last ?? 0)
  }

  /// Reads a line that is not a pattern; returns whether it is none.
  private mutating func setting(_ line: Substring) -> Bool {
    let key = line.prefix { $0 != " " }
    let rest = line.dropFirst(key.count + 1)
    let sides = rest.split(separator: " = ", omittingEmptySubsequences: false)
    switch key {
    case "threshold": threshold = Int(rest) ?? 0
    case "lead": lead = Int(rest) ?? 0
    case "shape":
      let parts = rest.split(separator: " ")
      shapes[String(parts[0])] = parts.last.flatMap { Int($0) }
    case "thought":
      let parts = rest.split(separator: " | ", omittingEmptySubsequences: false)
      thoughts.append((String(parts[0]), String(parts[parts.count - 1])))
    case "fold": language.fold(sides[0], as: sides[sides.count - 1])
    case "word": language.read(sides[0], as: sides[sides.count - 1])
    case "skip:":
      for item in rest.split(separator: ", ").map({ language.words(of: $0) }) {
        skips[item.first ?? "", default: []].append(item)
      }
    case _ where key.hasPrefix("@") && key.hasSuffix(":"):
      lists[String(key.dropLast())] = rest.split(separator: ", ").compactMap {
        RefusalPattern($0, language, [:])
      }
    default: return false
    }
    return true
  }
}
