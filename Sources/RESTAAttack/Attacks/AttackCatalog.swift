import RESTA
package import RESTADocuments

/// The attacks that a configuration can name.
package enum AttackCatalog {
  package static let types: [any Attack.Type] = [
    RepeatAttack.self, BestOfN.self, TemplateAttack.self, PrefillAttack.self, DelayAttack.self,
    ChannelsAttack.self, PaddingAttack.self, TransferAttack.self, SearchAttack.self,
  ]

  /// The attack of a type, with its default settings.
  package static func attack(_ name: String) throws(DocumentError) -> any Attack {
    try find(name) { DocumentError($0) }.defaults
  }

  fileprivate static func find(
    _ name: String, error: (String) -> DocumentError
  ) throws(DocumentError) -> any Attack.Type {
    guard let type = types.first(where: { $0.kind == name }) else {
      throw error(Suggestion.unknown("attack", name, known: types.map { $0.kind }))
    }
    return type
  }
}

/// An attack under the name that it has in tables.
package struct NamedAttack: Sendable {
  package var name: String
  package var attack: any Attack

  package init(name: String, attack: any Attack) {
    self.name = name
    self.attack = attack
  }

  /// Reads an element of `attacks`: a type, or `type`, `name` and settings.
  init(_ node: YAMLNode) throws(DocumentError) {
    guard node.isMapping else {
      let attack = try AttackCatalog.find(try node.text(), error: node.error)
      self.init(name: attack.kind, attack: try attack.read([:], at: node))
      return
    }
    let all = Set(AttackCatalog.types.flatMap { $0.keys })
    let loose = try node.fields(["type", "name"] + all.sorted())
    guard let named = loose["type"] else { throw node.error("there is no 'type'") }
    let type = try AttackCatalog.find(try named.text(), error: named.error)
    // Once more, now that it is known which keys this type has.
    let fields = try node.fields(["type", "name"] + type.keys)
    self.init(
      name: try fields["name"]?.text() ?? type.kind, attack: try type.read(fields, at: node))
  }
}
