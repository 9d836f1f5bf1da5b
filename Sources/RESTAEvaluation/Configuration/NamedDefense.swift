/// A defence as a configuration names it.
package struct NamedDefense: Sendable, Hashable {
  /// Its name in tables.
  package var name: String
  /// What it is.
  package var source: DefenseSource

  /// Names a defence.
  ///
  /// - Parameters:
  ///   - name: Its name in tables.
  ///   - source: What it is.
  package init(name: String, source: DefenseSource) {
    self.name = name
    self.source = source
  }

  /// Reads an element of `defenses`: a type, or keys and values; each key whose value is a list
  /// stands for as many defences, all combinations of several.
  static func expanded(_ node: ConfigurationNode) throws(EvaluationError) -> [NamedDefense] {
    guard node.isMapping else {
      let type = try node.choice(DefenseSource.Kind.self, called: "type of defence")
      return [NamedDefense(name: type.rawValue, source: try DefenseSource(type, [:], at: node))]
    }
    let all = Set(DefenseSource.Kind.allCases.flatMap(\.keys))
    let loose = try node.fields(["type", "name"] + all.sorted())
    guard let type = try loose["type"]?.choice(DefenseSource.Kind.self, called: "type of defence")
    else { throw node.error("there is no 'type'") }
    // Once more, now that it is known which keys this type has.
    let fields = try node.fields(["type", "name"] + type.keys)
    let given = try fields["name"]?.text()
    var found: [NamedDefense] = []
    for values in combinations(of: type.keys, in: fields) {
      let source = try DefenseSource(type, values.fields, at: node)
      var name = given ?? source.defaultName
      if given != nil, !values.varied.isEmpty { name += " " + values.varied.joined(separator: " ") }
      found.append(NamedDefense(name: name, source: source))
    }
    return found
  }

  /// One choice for each key that has several values.
  private struct Combination {
    var fields: [String: ConfigurationNode] = [:]
    /// `sigma=0.4` for each such key.
    var varied: [String] = []
  }

  private static func combinations(
    of keys: [String], in fields: [String: ConfigurationNode]
  ) -> [Combination] {
    var found = [Combination()]
    for key in keys {
      guard let field = fields[key] else { continue }
      let values = field.elements()
      let isVaried = field.isList && values.count > 1
      found = found.flatMap { combination in
        values.map { value in
          var next = combination
          next.fields[key] = value
          if isVaried { next.varied.append("\(key)=\(value.literal ?? "?")") }
          return next
        }
      }
    }
    return found
  }
}
