import Yams

/// How values of one type are read from YAML and printed.
struct SettingKind<Value: Sendable>: Sendable {
  /// What a value must be, to follow "must be".
  let expected: String
  /// Whether it is a list.
  var isList = false
  /// The value; `nil` when it is of a wrong type or out of range.
  let parse: @Sendable (Node) -> Value?
  /// The node that ``parse`` reads the value from.
  let print: @Sendable (Value) -> Node
}

extension SettingKind {
  /// A kind, or `null`.
  static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
    SettingKind(
      expected: "\(kind.expected), or null",
      parse: { node in node.null != nil ? .some(nil) : kind.parse(node).map { .some($0) } },
      print: { $0.map(kind.print) ?? .plain("null") })
  }

  /// Any number of values; `null` is none, and one that is no list is a list of one.
  static func list<Element>(of kind: SettingKind<Element>) -> Self where Value == [Element] {
    SettingKind(
      expected: "a list of \(kind.expected)", isList: true,
      parse: { node in
        if node.null != nil { return [] }
        let items = node.sequence.map(Array.init) ?? [node]
        let values = items.compactMap(kind.parse)
        return values.count == items.count ? values : nil
      },
      print: { Node($0.map(kind.print)) })
  }

  /// Some of a few, in no order.
  static func someOf<Element: RawRepresentable<String> & Hashable>(
    _ cases: [Element], atLeast count: Int = 0
  ) -> Self where Value == Set<Element> {
    let list = SettingKind<[Element]>.list(of: .choice(of: cases))
    let names = cases.map(\.rawValue).joined(separator: ", ")
    return SettingKind(
      expected: "a list\(count > 0 ? ", not empty," : "") of \(names)", isList: true,
      parse: { node in list.parse(node).map(Set.init).flatMap { $0.count < count ? nil : $0 } },
      // A value that is not among the cases is printed too, so that a check of it fails.
      print: { set in
        list.print(cases.filter(set.contains) + set.subtracting(cases))
      })
  }
}

extension SettingKind where Value: RawRepresentable<String> {
  /// One of a few.
  static func choice(of cases: [Value]) -> Self {
    SettingKind(
      expected: "one of " + cases.map(\.rawValue).joined(separator: ", "),
      parse: { node in node.scalar.flatMap { text in cases.first { $0.rawValue == text.string } } },
      print: { .plain($0.rawValue) })
  }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable {
  /// One of a closed set.
  static func choice() -> Self { .choice(of: Array(Value.allCases)) }
}
