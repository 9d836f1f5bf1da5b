extension JinjaText {
  /// Python's `upper`, with full Unicode mappings ("ß" becomes "SS").
  var uppercased: JinjaText { mapping { units[$0].scalar.properties.uppercaseMapping } }

  /// Python's `lower`, including the final form of sigma.
  var lowercased: JinjaText { mapping(lowercase) }

  /// Python's `capitalize`.
  var capitalized: JinjaText {
    mapping { $0 == 0 ? units[$0].scalar.properties.titlecaseMapping : lowercase($0) }
  }

  /// Python's `str.title`: a word starts after anything that has no case.
  var titled: JinjaText {
    mapping { place in
      place > 0 && units[place - 1].scalar.properties.isCased
        ? lowercase(place) : units[place].scalar.properties.titlecaseMapping
    }
  }

  /// Jinja's `title` filter: words start after whitespace, `-`, `(`, `{`, `[` and `<` only.
  var titledByWord: JinjaText {
    var result = JinjaText([], isMarkup: isMarkup)
    var start = 0
    while start < count {
      let isBreak = Self.isWordBreak(units[start].scalar)
      let end =
        units[start...].firstIndex { Self.isWordBreak($0.scalar) != isBreak } ?? count
      result.append(self[start..<start + 1].uppercased)
      result.append(self[start + 1..<end].lowercased)
      start = end
    }
    return result
  }

  /// Whether there is a cased scalar and all cased ones are upper case: Python's `isupper`.
  var isUppercase: Bool {
    let cased = units.filter { $0.scalar.properties.isCased }
    return !cased.isEmpty && cased.allSatisfy { $0.scalar.properties.isUppercase }
  }

  /// Whether there is a cased scalar and all cased ones are lower case: Python's `islower`.
  var isLowercase: Bool {
    let cased = units.filter { $0.scalar.properties.isCased }
    return !cased.isEmpty && cased.allSatisfy { $0.scalar.properties.isLowercase }
  }

  private static func isWordBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar)
  }

  /// The text with each scalar replaced, by its place.
  private func mapping(_ transform: (Int) -> String) -> JinjaText {
    var result: [Unit] = []
    result.reserveCapacity(count)
    for (place, unit) in units.enumerated() {
      for scalar in transform(place).unicodeScalars {
        result.append(Unit(scalar, origin: unit.origin))
      }
    }
    return JinjaText(result, isMarkup: isMarkup)
  }

  /// A scalar in lower case, which for a sigma depends on what is around it.
  private func lowercase(_ place: Int) -> String {
    let scalar = units[place].scalar
    return scalar == "\u{3A3}" && isFinalSigma(place) ? "ς" : scalar.properties.lowercaseMapping
  }

  /// The final-sigma rule of the Unicode standard, section 3.13: after a letter, not before one.
  private func isFinalSigma(_ index: Int) -> Bool {
    func isCased(_ unit: Unit?) -> Bool { unit?.scalar.properties.isCased ?? false }
    let before = units[..<index].last { !$0.scalar.properties.isCaseIgnorable }
    let after = units[(index + 1)...].first { !$0.scalar.properties.isCaseIgnorable }
    return isCased(before) && !isCased(after)
  }
}
