/// How values of one type are read, checked, written and described, wherever they are from.
package struct SettingKind<Value: Sendable>: Sendable {
  /// What a value must be, to follow "must be".
  package let expected: String
  /// Whether it is a list.
  package var isList = false
  /// The names of a closed set; empty for other types.
  package var choices: [String] = []
  /// The value; `nil` when it is of a wrong type or out of range.
  package let parse: @Sendable (SettingValue) -> Value?
  /// What ``parse`` reads the value from.
  package let print: @Sendable (Value) -> SettingValue

  package init(
    expected: String, isList: Bool = false, choices: [String] = [],
    parse: @escaping @Sendable (SettingValue) -> Value?,
    print: @escaping @Sendable (Value) -> SettingValue
  ) {
    self.expected = expected
    self.isList = isList
    self.choices = choices
    self.parse = parse
    self.print = print
  }

  /// A kind, or `null`.
  package static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self
  where Value == Wrapped? {
    SettingKind(
      expected: "\(kind.expected), or null", isList: kind.isList, choices: kind.choices,
      parse: { value in value.isNull ? .some(nil) : kind.parse(value).map { .some($0) } },
      print: { $0.map(kind.print) ?? .null })
  }

  /// So many values or more; `null` is none, and one that is no list is a list of one.
  package static func list<Element>(
    of kind: SettingKind<Element>, atLeast count: Int = 0
  ) -> Self where Value == [Element] {
    SettingKind(
      expected: "a list\(count > 0 ? ", not empty," : "") of \(kind.expected)", isList: true,
      choices: kind.choices,
      parse: { value in
        let items = value.isNull ? [] : value.list ?? [value]
        let values = items.compactMap(kind.parse)
        return values.count == items.count && values.count >= count ? values : nil
      },
      print: { .list($0.map(kind.print)) })
  }

  /// Some of a few, in no order.
  package static func someOf<Element: RawRepresentable<String> & Hashable>(
    _ cases: [Element], atLeast count: Int = 0
  ) -> Self where Value == Set<Element> {
    let list = SettingKind<[Element]>.list(of: .choice(of: cases))
    let names = cases.map(\.rawValue)
    return SettingKind(
      expected: "a list\(count > 0 ? ", not empty," : "") of \(names.joined(separator: ", "))",
      isList: true, choices: names,
      parse: { value in list.parse(value).map(Set.init).flatMap { $0.count < count ? nil : $0 } },
      // A value that is not among the cases is written too, so that a check of it fails.
      print: { set in
        list.print(
          cases.filter(set.contains)
            + set.subtracting(cases).sorted { $0.rawValue < $1.rawValue })
      })
  }
}

extension SettingKind where Value: RawRepresentable<String> {
  /// One of a few.
  package static func choice(of cases: [Value]) -> Self {
    let names = cases.map(\.rawValue)
    return SettingKind(
      expected: "one of " + names.joined(separator: ", "), choices: names,
      parse: { value in
        // `none` and the like are names; `null` and `off` without quotes are too.
        let name: String? = if case .plain(let text) = value { text } else { value.text }
        return cases.first { $0.rawValue == name }
      },
      print: { .plain($0.rawValue) })
  }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable {
  /// One of a closed set.
  package static func choice() -> Self { .choice(of: Array(Value.allCases)) }
}

extension SettingKind<String> {
  /// A text that is not empty; what looks like a number is one too.
  package static let text = SettingKind(
    expected: "text that is not empty",
    parse: { value in
      // No path holds a zero byte, and no text begins with a byte order mark.
      guard let text = value.text, let first = text.unicodeScalars.first, first != "\u{FEFF}",
        !text.utf8.contains(0)
      else { return nil }
      return text
    },
    print: { .text($0) })
}

extension SettingKind<Bool> {
  /// Yes or no.
  package static let flag = SettingKind(
    expected: "true or false", parse: { $0.bool }, print: { .bool($0) })
}

extension SettingKind<Int> {
  /// A whole number from a least one on.
  package static func integer(_ range: PartialRangeFrom<Int>) -> Self {
    integer(range.lowerBound...Int.max, "a whole number of \(range.lowerBound) or more")
  }

  /// A whole number in a range.
  package static func integer(_ range: ClosedRange<Int>) -> Self {
    integer(range, "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  private static func integer(_ range: ClosedRange<Int>, _ expected: String) -> Self {
    SettingKind(
      expected: expected,
      parse: { value in
        value.integer.flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
      },
      print: { .integer(Int128($0)) })
  }
}

extension SettingKind<UInt64> {
  /// A seed: any 64 bits, 0 among them.
  package static let seed = SettingKind(
    expected: "a whole number from 0 to \(UInt64.max)",
    parse: { value in value.integer.flatMap { UInt64(exactly: $0) } },
    print: { .integer(Int128($0)) })
}

extension SettingKind<Double> {
  /// A finite number from a least one on.
  package static func number(_ range: PartialRangeFrom<Double>) -> Self {
    number("a number of \(SettingValue.text(of: range.lowerBound)) or more") {
      range.contains($0)
    }
  }

  /// A number in a range.
  package static func number(_ range: ClosedRange<Double>) -> Self {
    let ends = (SettingValue.text(of: range.lowerBound), SettingValue.text(of: range.upperBound))
    return number("a number from \(ends.0) to \(ends.1)") { range.contains($0) }
  }

  /// A time: at most a year, which no clock's arithmetic overflows with.
  package static func seconds(moreThanZero: Bool) -> Self {
    let most = 366.0 * 24 * 3_600
    return number(
      moreThanZero
        ? "a number of seconds above 0, at most a year"
        : "a number of seconds, 0 or more, at most a year"
    ) { moreThanZero ? $0 > 0 && $0 <= most : (0...most).contains($0) }
  }

  private static func number(
    _ expected: String, isValid: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    SettingKind(
      expected: expected,
      parse: { value in value.number.flatMap { $0.isFinite && isValid($0) ? $0 : nil } },
      print: { .number($0) })
  }
}

extension SettingKind<PrefixLength> {
  /// A number of tokens, or `all`.
  package static let prefix = SettingKind(
    expected: "a whole number of 0 or more, or all",
    parse: { value in
      if value.text == "all" { return .all }
      return SettingKind<Int>.integer(0...).parse(value).map { .tokens($0) }
    },
    print: { prefix in
      if case .tokens(let count) = prefix { .integer(Int128(count)) } else { .plain("all") }
    })
}

/// A value of a setting, before its type is known to fit: what a flag, an environment variable, a YAML
/// file or a JSON body holds, and what is written back into one.
package indirect enum SettingValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int128)
  case number(Double)
  case text(String)
  case list([SettingValue])
  /// Text without quotes: a flag's value, a variable's, or a plain scalar of YAML. The setting that
  /// takes it decides what it is, so that a file named `0123` keeps its zero.
  case plain(String)

  /// The value with plain text read as what it looks like: nothing, yes or no, a number, or text.
  package var resolved: SettingValue {
    guard case .plain(let text) = self else { return self }
    switch text.lowercased() {
    case "", "~", "null": return .null
    // What YAML 1.1 takes for yes and no.
    case "true", "yes", "on": return .bool(true)
    case "false", "no", "off": return .bool(false)
    case ".inf", "+.inf": return .number(.infinity)
    case "-.inf": return .number(-.infinity)
    case ".nan": return .number(.nan)
    default: return Self.number(text) ?? .text(text)
    }
  }

  /// A number as people write one; one with a leading zero is none, for some readers take it for octal.
  private static func number(_ text: String) -> SettingValue? {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard let first = digits.utf8.first, isDigit(first) || first == UInt8(ascii: "."),
      text.utf8.count - digits.utf8.count <= 1
    else { return nil }
    if first == UInt8(ascii: "0"), let second = digits.utf8.dropFirst().first, isDigit(second) {
      return nil
    }
    let plain = text.replacing("_", with: "")
    if let integer = Int128(plain) { return .integer(integer) }
    let isDecimal = digits.utf8.allSatisfy { isDigit($0) || ".eE+-_".utf8.contains($0) }
    return isDecimal ? Double(plain).map { .number($0) } : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  package var isNull: Bool { resolved == .null }

  /// The text of any scalar but `null`, as it was written where that is known.
  package var text: String? {
    switch self {
    case .text(let text): text
    case .plain(let text): isNull ? nil : text
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): Self.text(of: number)
    case .null, .list: nil
    }
  }

  package var bool: Bool? { if case .bool(let flag) = resolved { flag } else { nil } }

  package var integer: Int128? {
    switch resolved {
    case .integer(let integer): integer
    // From 2^53 on it may be the neighbour of what was written: no seed is taken from one.
    case .number(let number) where number.magnitude < 0x1p53: Int128(exactly: number)
    default: nil
    }
  }

  package var number: Double? {
    switch resolved {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  package var list: [SettingValue]? { if case .list(let values) = self { values } else { nil } }

  /// A number as files and messages write it: a whole one without a fraction.
  package static func text(of number: Double) -> String {
    number.rounded() == number && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
  }

  /// What it is, to follow "must be …, not".
  package var found: String {
    switch self {
    case .list(let values):
      let line = "[" + values.map { $0.text ?? "…" }.joined(separator: ", ") + "]"
      return line.count > 60 ? "a list" : line
    default: return text.map { "'\($0)'" } ?? "nothing"
    }
  }
}
