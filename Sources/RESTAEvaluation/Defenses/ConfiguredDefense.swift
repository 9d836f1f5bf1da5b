package import RESTA
package import RESTADocuments

/// A defence that a configuration can name.
///
/// Its table is the only description of its settings: the keys in YAML and how they are read, what a store keeps of
/// them, and a sweep's grid come from it. A new defence is a type of this kind, and its line in ``DefenseCatalog``.
package protocol ConfiguredDefense: Defense, DescribedSettings, Hashable {
  /// Its type in a configuration.
  static var kind: String { get }
  /// The keys that must be there, and how the error goes on that says so.
  var needs: [(key: String, why: String)] { get }
  /// The keys that must not be there, for something else decides them.
  var excluded: [String] { get }

  /// What it is called where the configuration gives no name.
  var defaultName: String { get }

  /// The cost of an answer in positions to compute, at most: for estimates.
  func positions(for question: QuestionSize) -> Double

  /// The defence for a model, where something has to be measured on it, or loaded, first.
  func prepared(for subject: Subject, loadOther: OtherModelLoader) async throws -> any Defense
}

/// Loads another GGUF file, named as the configuration names it, with the adapters and options of the
/// model under test.
package typealias OtherModelLoader = (String) async throws -> EvaluatedModel

/// What is known of an answer's length before it is made, in tokens.
package struct QuestionSize: Sendable {
  /// The user's message.
  package var prompt: Double
  /// The template around it.
  package var template: Double
  /// The answer, at most.
  package var answer: Double

  /// The undefended answer's positions.
  package var plain: Double { template + prompt + answer }
}

extension ConfiguredDefense {
  package var needs: [(key: String, why: String)] { [] }
  package var excluded: [String] { [] }
  package var defaultName: String { Self.kind }
  package func positions(for question: QuestionSize) -> Double { question.plain }
  package func prepared(
    for subject: Subject, loadOther: OtherModelLoader
  ) async throws -> any Defense { self }

  /// The settings as a store keeps them: a part of each generation's key.
  var stored: JSONObject { JSONObject(stored: self, default: Self.defaults, table: Self.table) }

  /// Its keys, in the order in which names list them.
  static var keys: [String] { table.map(\.name) }

  /// The defences of a mapping, by the keys whose values are lists: one for each combination, and
  /// `sigma=0.4` for each such key.
  static func grid(
    _ fields: [String: YAMLNode], at node: YAMLNode
  ) throws(DocumentError) -> [(defense: any ConfiguredDefense, varied: [String])] {
    var combinations: [(fields: [String: YAMLNode], varied: [String])] = [([:], [])]
    for row in table {
      guard let field = fields[row.name] else { continue }
      var values = field.elements()
      // Of a setting that is a list itself, only a list of lists is several values.
      if row.isList, !values.contains(where: \.isList) { values = [field] }
      // No value would be no defence.
      guard !values.isEmpty else { throw field.error("the list is empty") }
      let isVaried = field.isList && values.count > 1
      combinations = combinations.flatMap { combination in
        values.map { value in
          var next = combination
          next.fields[row.name] = value
          if isVaried {
            let text = value.literal ?? value.found
            // A table's cell is one line.
            let cell = text.contains(where: \.isNewline) ? YAMLText.line(.text(text)) : text
            next.varied.append("\(row.name)=\(cell)")
          }
          return next
        }
      }
    }
    var seen: Set<Self> = []
    var found: [(defense: any ConfiguredDefense, varied: [String])] = []
    for (fields, varied) in combinations {
      let defense = try read(fields, at: node)
      guard seen.insert(defense).inserted else {
        throw node.error("one defence is there twice: \(varied.joined(separator: " "))")
      }
      found.append((defense, varied))
    }
    return found
  }

  static func read(
    _ fields: [String: YAMLNode], at node: YAMLNode
  ) throws(DocumentError) -> Self {
    let defense = try YAMLNode.chosen(fields, table: table, base: defaults).value
    for (key, why) in defense.needs where fields[key] == nil {
      throw node.error("there is no '\(key)'\(why)")
    }
    for key in defense.excluded {
      if let field = fields[key] { throw field.error("leave it out: something else decides it") }
    }
    if let noise = fields["noise"], noise.literal == NoiseKind.none.rawValue {
      throw noise.error("none is no defence, and no other setting would count; use 'type: none'")
    }
    do {
      try defense.validate()
    } catch {
      throw node.error(error.message)
    }
    return defense
  }
}

/// The defences that a configuration can name.
package enum DefenseCatalog {
  package static let types: [any ConfiguredDefense.Type] = [
    Undefended.self, Placebo.self, RestaDefense.self, SmoothLLM.self, PerplexityFilter.self,
    SelfReminder.self, RandomRefusal.self, TemperatureOnly.self,
  ]

  fileprivate static func type(
    _ node: YAMLNode
  ) throws(DocumentError) -> any ConfiguredDefense.Type {
    let name = try node.text()
    guard let type = types.first(where: { $0.kind == name }) else {
      throw node.error(
        Suggestion.unknown("type of defence", name, known: types.map { $0.kind }))
    }
    return type
  }
}

/// A defence under the name that it has in tables.
package struct NamedDefense: Sendable {
  package var name: String
  package var defense: any ConfiguredDefense

  package init(name: String, defense: any ConfiguredDefense) {
    self.name = name
    self.defense = defense
  }

  /// Reads an element of `defenses`: a type, or keys and values; each key whose value is a list
  /// stands for as many defences, all combinations of several.
  package static func expanded(_ node: YAMLNode) throws(DocumentError) -> [NamedDefense] {
    guard node.isMapping else {
      let type = try DefenseCatalog.type(node)
      return [NamedDefense(name: type.kind, defense: try type.read([:], at: node))]
    }
    let all = Set(DefenseCatalog.types.flatMap { $0.keys })
    let loose = try node.fields(["type", "name"] + all.sorted())
    guard let named = loose["type"] else { throw node.error("there is no 'type'") }
    let type = try DefenseCatalog.type(named)
    // Once more, now that it is known which keys this type has.
    let fields = try node.fields(["type", "name"] + type.keys)
    let given = try fields["name"]?.text()
    let grid = try type.grid(fields, at: node)
    // Not each setting that may vary is in a default name.
    let isTold = given != nil || Set(grid.map { $0.defense.defaultName }).count < grid.count
    return grid.map { defense, varied in
      let words = [given ?? defense.defaultName] + (isTold ? varied : [])
      return NamedDefense(name: words.joined(separator: " "), defense: defense)
    }
  }
}
