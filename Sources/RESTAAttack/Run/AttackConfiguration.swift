import Foundation
package import RESTA
package import RESTADocuments
package import RESTAEvaluation

/// What is attacked, how, and with which budgets: a YAML file, the command line, or both.
package struct AttackConfiguration: Sendable {
  /// A file of goals; `nil`: our own.
  package var goals: String?
  /// The side of the goals' split; `nil`: of a file both, of our own those for reporting.
  package var split: DataSplit?
  package var attacks: [NamedAttack] = []
  package var defenses: [NamedDefense] = []
  package var settings = Chosen(AttackSettings.defaults)
  /// What relative file names in it start from.
  package var folder = "."

  package init() {}

  package init(contentsOf path: String) throws(DocumentError) {
    try self.init(parsing: try SourceFile.read(path).text, file: path)
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    for index in attacks.indices {
      guard var transfer = attacks[index].attack as? TransferAttack else { continue }
      transfer.file = EvaluationConfiguration.resolved(transfer.file, in: folder)
      attacks[index].attack = transfer
    }
  }

  package init(parsing text: String, file: String) throws(DocumentError) {
    guard let top = try YAMLNode.document(text, file: file) else {
      throw DocumentError("\(file): the file is empty")
    }
    let fields = try top.fields(
      ["goals", "split", "attacks", "defenses"] + AttackSettings.table.map(\.name))
    settings = try YAMLNode.chosen(
      fields, table: AttackSettings.table, base: AttackSettings.defaults)
    if let node = fields["goals"], try node.text() != "built-in" { goals = try node.text() }
    split = try fields["split"]?.choice(DataSplit.self, called: "split")
    for element in fields["attacks"]?.elements() ?? [] { attacks.append(try NamedAttack(element)) }
    defenses = try Self.defenses(fields["defenses"])
  }

  private static func defenses(_ node: YAMLNode?) throws(DocumentError) -> [NamedDefense] {
    var defenses: [NamedDefense] = []
    for element in node?.elements() ?? [] { defenses += try NamedDefense.expanded(element) }
    return defenses
  }

  /// The defences of a file: one, or a list, as under `defenses` of an evaluation; files start beside it.
  package static func defenses(contentsOf path: String) throws(DocumentError) -> [NamedDefense] {
    guard let top = try YAMLNode.document(try SourceFile.read(path).text, file: path) else {
      throw DocumentError("\(path): the file is empty; name a defence, such as 'type: resta'")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return try defenses(top).map { named in
      guard var placebo = named.defense as? Placebo, let file = placebo.file else { return named }
      placebo.file = EvaluationConfiguration.resolved(file, in: folder)
      return NamedDefense(name: named.name, defense: placebo)
    }
  }

  /// Sets a setting of an attack by `ATTACK.KEY=VALUE`.
  package mutating func set(_ assignment: String) throws(DocumentError) {
    guard let equals = assignment.firstIndex(of: "="),
      // The last one: a name may have some, a setting has none.
      let dot = assignment[..<equals].lastIndex(of: ".")
    else {
      throw DocumentError(
        "'\(assignment)' must be attack.setting=value, such as best-of-n.sigma=0.4")
    }
    let (name, key) = (
      String(assignment[..<dot]), String(assignment[assignment.index(after: dot)..<equals])
    )
    guard let place = attacks.firstIndex(where: { $0.name == name }) else {
      throw DocumentError(Suggestion.unknown("attack", name, known: attacks.map(\.name)))
    }
    attacks[place].attack = try attacks[place].attack.setting(
      key, to: String(assignment[assignment.index(after: equals)...]))
  }

  package func readGoals(limit: Int?) throws(EvaluationError) -> GoalSet {
    guard let goals else { return try GoalSet.builtIn(limit: limit, split: split ?? .test) }
    return try GoalSet.load(
      EvaluationConfiguration.resolved(goals, in: folder), limit: limit, split: split)
  }

  /// What is attacked: the undefended model first, then the defences, then what they are compared with.
  package func arms(
    of subject: Subject, loadOther: OtherModelLoader
  ) async throws -> [AttackArm] {
    var named = defenses
    if !named.contains(where: { $0.defense is Undefended }) {
      named.insert(NamedDefense(name: "none", defense: Undefended()), at: 0)
    }
    if settings.value.hasControls {
      let controls: [any ConfiguredDefense] = [
        Placebo(), RandomRefusal(probability: settings.value.refuseShare),
      ]
      for control in controls where !named.contains(where: { $0.defense.kind == control.kind }) {
        named.append(NamedDefense(name: control.defaultName, defense: control))
      }
    }
    // The first one says which goals are refused.
    let first = named.firstIndex { $0.defense is Undefended } ?? 0
    named.insert(named.remove(at: first), at: 0)
    var arms: [AttackArm] = []
    for entry in named {
      try entry.defense.validate()
      guard !arms.contains(where: { $0.name == entry.name }) else {
        throw EvaluationError.invalidConfiguration(
          "Two defences are called '\(entry.name)': give each a 'name' of its own.")
      }
      arms.append(
        AttackArm(
          name: entry.name,
          defense: try await entry.defense.prepared(for: subject, loadOther: loadOther),
          of: subject))
    }
    return arms
  }
}
