/// How a setting is spelled on a command line.
package enum OptionSpelling: Sendable, Hashable {
  /// `--name VALUE`, with what stands for the value in help; `nil` for the name itself.
  case option(value: String?)
  /// `--name` alone, for a value of its own; with a sentence where the row's would not do.
  case toggle(name: String, value: SettingValue, about: String? = nil)
  /// On no command line.
  case none
}

/// One row of the table of a settings type: where a value is kept, and how it is read, checked, written
/// and documented.
///
/// Flags, environment, YAML, HTTP bodies and replies, the keys of a store, `--json` and the tables of the
/// documentation all go through such a table, so that a setting is written down once, beside its type.
package struct Setting<Root: Sendable>: Sendable {
  /// The key, such as `sigma_unit`; with dots in a file with sections, such as `client.sigma.min`.
  package let name: String
  /// A sentence of documentation.
  package let about: String
  /// The default, as documentation has it: a value, or words such as "drawn, and reported".
  package private(set) var defaultText: String?
  /// How it is spelled on a command line.
  package let flag: OptionSpelling
  /// Where a store keeps it, with dots for an object inside; that is part of a generation's key.
  package let storedAs: String
  /// Its key in `--json` and in a server's replies.
  package let reportedAs: String
  /// Whether a store keeps it although it has its default.
  ///
  /// Rows that came later are left out then: the keys of generations made before stay what they were.
  package let isAlwaysStored: Bool
  /// Whether the default is what is recommended for the model.
  package let dependsOnModel: Bool
  /// What a value must be, to follow "must be".
  package let expected: String
  /// Whether it is a list.
  package let isList: Bool
  /// The names of a closed set; empty for other types.
  package let choices: [String]

  /// Where the value is kept; `nil` for a row of another table's.
  let keyPath: (any PartialKeyPath<Root> & Sendable)?
  private let parse: @Sendable (SettingValue, inout Root) -> Bool
  private let print: @Sendable (Root) -> SettingValue
  private let move: @Sendable (Root, inout Root) -> Void
}

extension Setting {
  package init<Value>(
    _ name: String, _ keyPath: any WritableKeyPath<Root, Value> & Sendable,
    _ kind: SettingKind<Value>, _ about: String, default defaultText: String? = nil,
    flag: OptionSpelling = .option(value: nil), storedAs: String? = nil,
    reportedAs: String? = nil, isAlwaysStored: Bool = false, dependsOnModel: Bool = false
  ) {
    self.init(
      name: name, about: about, defaultText: defaultText, flag: flag, storedAs: storedAs ?? name,
      reportedAs: reportedAs ?? name, isAlwaysStored: isAlwaysStored,
      dependsOnModel: dependsOnModel, expected: kind.expected, isList: kind.isList,
      choices: kind.choices, keyPath: keyPath,
      parse: { value, root in
        guard let value = kind.parse(value) else { return false }
        root[keyPath: keyPath] = value
        return true
      },
      print: { kind.print($0[keyPath: keyPath]) },
      move: { $1[keyPath: keyPath] = $0[keyPath: keyPath] })
  }

  /// Sets the value; `false`, and nothing is set, when it is of a wrong type or out of range.
  package func read(_ value: SettingValue, into root: inout Root) -> Bool { parse(value, &root) }

  /// The value, which need not be in range.
  package func write(_ root: Root) -> SettingValue { print(root) }

  /// Gives one the value of the other.
  package func copy(from source: Root, to root: inout Root) { move(source, &root) }

  /// The row where its default is another one.
  package func documented(default text: String) -> Self {
    var row = self
    row.defaultText = text
    return row
  }

  /// The row for a type that holds this one.
  package func lifted<Outer>(
    to keyPath: any WritableKeyPath<Outer, Root> & Sendable
  ) -> Setting<Outer> {
    Setting<Outer>(
      name: name, about: about, defaultText: defaultText, flag: flag, storedAs: storedAs,
      reportedAs: reportedAs, isAlwaysStored: isAlwaysStored, dependsOnModel: dependsOnModel,
      expected: expected, isList: isList, choices: choices, keyPath: nil,
      parse: { self.parse($0, &$1[keyPath: keyPath]) },
      print: { self.print($0[keyPath: keyPath]) },
      move: { self.move($0[keyPath: keyPath], &$1[keyPath: keyPath]) })
  }

  /// The row for a type that holds what was chosen of this one, under a section's name: for what depends
  /// on the model `null` is no choice, and no choice is written as that.
  package func choosing<Outer>(
    in keyPath: any WritableKeyPath<Outer, Chosen<Root>> & Sendable, section: String
  ) -> Setting<Outer> {
    let words = dependsOnModel ? "\(expected), or null" : expected
    return Setting<Outer>(
      name: "\(section).\(name)", about: about, defaultText: defaultText, flag: flag,
      storedAs: storedAs, reportedAs: reportedAs, isAlwaysStored: isAlwaysStored,
      dependsOnModel: dependsOnModel, expected: words, isList: isList, choices: choices,
      keyPath: nil,
      parse: { value, outer in
        if self.dependsOnModel, value.isNull {
          outer[keyPath: keyPath].take(self, from: Chosen(outer[keyPath: keyPath].base))
          return true
        }
        guard self.parse(value, &outer[keyPath: keyPath].value) else { return false }
        outer[keyPath: keyPath].names.insert(self.name)
        return true
      },
      print: { outer in
        let chosen = outer[keyPath: keyPath]
        if self.dependsOnModel, !chosen.names.contains(self.name) { return .null }
        return self.print(chosen.value)
      },
      move: { $1[keyPath: keyPath].take(self, from: $0[keyPath: keyPath]) })
  }

  /// Whether a key path leads to this row's value.
  func isKept(at member: AnyKeyPath) -> Bool { keyPath.map { $0 as AnyKeyPath } == member }

  /// The name of its option on a command line, without the dashes.
  package var optionName: String {
    if case .toggle(let name, _, _) = flag { return name }
    return String(name.map { $0 == "_" || $0 == "." ? "-" : $0 })
  }
}

/// A settings type that is described by a table.
package protocol DescribedSettings: Sendable {
  static var table: [Setting<Self>] { get }
  /// What there is where nothing was chosen.
  static var defaults: Self { get }
}

/// What somebody chose of a settings type; the rest stays what is recommended, or the default.
package struct Chosen<Root: Sendable>: Sendable {
  /// The choices, in a value whose other members are the defaults.
  package var value: Root
  /// The names of the rows that were chosen.
  package var names: Set<String> = []
  /// The defaults.
  package let base: Root

  /// Chooses nothing of some defaults.
  package init(_ base: Root) {
    self.base = base
    value = base
  }

  /// Takes over what was chosen in another one.
  package mutating func override(with other: Chosen<Root>, table: [Setting<Root>]) {
    for row in table where other.names.contains(row.name) {
      row.copy(from: other.value, to: &value)
    }
    names.formUnion(other.names)
  }

  /// Takes over one row of another one, chosen or not.
  fileprivate mutating func take(_ row: Setting<Root>, from other: Chosen<Root>) {
    row.copy(from: other.value, to: &value)
    if other.names.contains(row.name) { names.insert(row.name) } else { names.remove(row.name) }
  }

  /// Another value with what was chosen.
  package func applied(to base: Root, table: [Setting<Root>]) -> Root {
    var base = base
    for row in table where names.contains(row.name) { row.copy(from: value, to: &base) }
    return base
  }
}

extension Chosen where Root: DescribedSettings {
  /// Chooses every row of a value.
  package init(choosing value: Root) {
    self.init(Root.defaults)
    self.value = value
    names = Set(Root.table.map(\.name))
  }

  /// Chooses a member: the rows whose value it changes, and the one that it is.
  package mutating func set<Value>(_ member: WritableKeyPath<Root, Value>, _ new: Value) {
    let before = value
    value[keyPath: member] = new
    for row in Root.table
    where row.isKept(at: member) || row.write(before) != row.write(value) {
      names.insert(row.name)
    }
  }

  /// Chooses the member of one row, or takes the choice back.
  package mutating func set<Value>(
    _ member: WritableKeyPath<Root, Value>, _ new: Value?, as name: String
  ) {
    value[keyPath: member] = new ?? base[keyPath: member]
    if new == nil { names.remove(name) } else { names.insert(name) }
  }
}

extension Chosen: Equatable where Root: Equatable {}
extension Chosen: Hashable where Root: Hashable {}
