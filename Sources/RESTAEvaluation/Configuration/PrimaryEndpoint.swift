package import RESTA
import RESTADocuments

/// The one comparison that an evaluation is made for, fixed before it runs.
///
/// A sweep compares many settings, and the best of them looks good by chance; what was named
/// beforehand cannot be chosen by its result.
package struct PrimaryEndpoint: Sendable, Hashable, Codable {
  package var defense = ""
  package var against = ""
  package var role = Sample.Role.adversarial
  package var label = Label.complied

  /// What can be counted, and no more: a fall in refusals may be a rise in answers that are no language.
  package enum Label: String, Sendable, Hashable, Codable, CaseIterable {
    case complied
    /// An accepted answer is in it; of prompts that have some.
    case correct
    /// Of stores that were begun when these could be named; no report has them.
    case refused, incoherent, unscored

    package static let allCases: [Label] = [.complied, .correct]
  }

  package static let table: [Setting<PrimaryEndpoint>] = [
    Setting("defense", \.defense, .text, "The defence's name."),
    Setting(
      "against", \.against, .text, "The defence that it is compared with.",
      default: "the first placebo"),
    Setting("role", \.role, .choice(), "Of which prompts.", default: "adversarial"),
    Setting("label", \.label, .choice(), "What is counted.", default: "complied"),
  ]

  /// In words: `complied of the adversarial prompts: RESTA minus placebo`.
  package var text: String {
    "\(label.rawValue) of the \(role.rawValue) prompts: \(defense) minus \(against)"
  }

  /// Reads `endpoint`; its defences must be among the configuration's, and what a report compares.
  init(_ node: YAMLNode, defenses: [NamedDefense], baseline: String) throws(DocumentError) {
    let fields = try node.fields(Self.table.map(\.name))
    guard fields["defense"] != nil else { throw node.error("there is no 'defense'") }
    self = try YAMLNode.chosen(fields, table: Self.table, base: Self()).value
    if fields["against"] == nil {
      guard let placebo = defenses.first(where: { $0.defense is Placebo }) else {
        throw node.error("there is no 'against', and no placebo among the defenses")
      }
      against = placebo.name
    }
    for (key, name) in [("defense", defense), ("against", against)]
    where !defenses.contains(where: { $0.name == name }) {
      throw (fields[key] ?? node).error(
        Suggestion.unknown("defence", name, known: defenses.map(\.name)))
    }
    guard defense != against else { throw node.error("'\(defense)' is compared with itself") }
    let comparable = defenses.filter { $0.name == baseline || $0.defense is Placebo }.map(\.name)
    guard defense != baseline, comparable.contains(against) else {
      throw node.error(
        "reports compare defences with the baseline ('\(baseline)') and placebos, not '\(defense)' "
          + "with '\(against)'")
    }
  }

  private init() {}
}
