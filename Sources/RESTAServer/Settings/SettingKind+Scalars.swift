import RESTA
import Yams

extension SettingKind<String> {
  /// A text that is not empty; what looks like a number is one too.
  static let text = SettingKind(
    expected: "text that is not empty",
    parse: { node in
      // No path holds a zero byte, and no YAML text begins with a byte order mark.
      guard node.null == nil, let text = node.scalar?.string, let first = text.unicodeScalars.first,
        first != "\u{FEFF}", !text.utf8.contains(0)
      else { return nil }
      return text
    },
    print: { .text($0) })
}

extension SettingKind<Bool> {
  /// Yes or no.
  static let flag = SettingKind(
    expected: "true or false", parse: { $0.bool }, print: { .plain("\($0)") })
}

extension SettingKind<Int> {
  /// A whole number from a least one on.
  static func integer(_ range: PartialRangeFrom<Int>) -> Self {
    integer(
      range.lowerBound...Int.max, expected: "a whole number of \(range.lowerBound) or more")
  }

  /// A whole number in a range.
  static func integer(_ range: ClosedRange<Int>) -> Self {
    integer(range, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  private static func integer(_ range: ClosedRange<Int>, expected: String) -> Self {
    SettingKind(
      expected: expected,
      parse: { node in node.int.flatMap { range.contains($0) ? $0 : nil } },
      print: { .plain("\($0)") })
  }
}

extension SettingKind<Double> {
  /// A finite number from a least one on.
  static func number(_ range: PartialRangeFrom<Double>) -> Self {
    number(expected: "a number of \(NodeText.number(range.lowerBound)) or more") {
      range.contains($0)
    }
  }

  /// A number in a range.
  static func number(_ range: ClosedRange<Double>) -> Self {
    let ends = (NodeText.number(range.lowerBound), NodeText.number(range.upperBound))
    return number(expected: "a number from \(ends.0) to \(ends.1)") { range.contains($0) }
  }

  /// A time: at most a year, which no clock's arithmetic overflows with.
  static func seconds(moreThanZero: Bool) -> Self {
    let most = 366.0 * 24 * 3_600
    return number(
      expected: moreThanZero
        ? "a number of seconds above 0, at most a year"
        : "a number of seconds, 0 or more, at most a year"
    ) { moreThanZero ? $0 > 0 && $0 <= most : (0...most).contains($0) }
  }

  private static func number(
    expected: String, isValid: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    SettingKind(
      expected: expected,
      parse: { node in node.float.flatMap { $0.isFinite && isValid($0) ? $0 : nil } },
      print: { .plain(NodeText.number($0)) })
  }
}

extension SettingKind<PrefixLength> {
  /// A number of tokens, or `all`.
  static let prefix = SettingKind(
    expected: "a whole number of 0 or more, or all",
    parse: { node in
      if node.scalar?.string == "all" { return .all }
      return node.int.flatMap { $0 >= 0 ? .tokens($0) : nil }
    },
    print: { .plain($0.description) })
}
