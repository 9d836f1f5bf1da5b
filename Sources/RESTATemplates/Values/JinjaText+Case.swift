extension JinjaText {
  /// Python's `upper`, with full Unicode mappings ("ß" becomes "SS").
  var uppercased: JinjaText { mapping { $0.properties.uppercaseMapping } }

  /// Python's `lower`, including the final form of sigma.
  var lowercased: JinjaText {
    guard units.contains(where: { $0.scalar == Self.capitalSigma }) else {
      return mapping { $0.properties.lowercaseMapping }
    }
    var result = JinjaText([], isMarkup: isMarkup)
    for (index, unit) in units.enumerated() {
      let isFinal = unit.scalar == Self.capitalSigma && isFinalSigma(index)
      result.append(
        JinjaText(isFinal ? "ς" : unit.scalar.properties.lowercaseMapping, origin: unit.origin))
    }
    return result
  }

  /// Python's `capitalize`.
  var capitalized: JinjaText {
    guard !isEmpty else { return self }
    var result = self[0..<1].mapping { $0.properties.titlecaseMapping }
    result.append(self[1..<count].lowercased)
    return result
  }

  /// Python's `str.title`: a word starts after anything that has no case.
  var titled: JinjaText {
    let lower = lowercased
    // Lower case may be longer than the original; then only a scalar-wise walk is right.
    let aligned = lower.count == count
    var result = JinjaText([], isMarkup: isMarkup)
    var isInside = false
    for (index, unit) in units.enumerated() {
      let properties = unit.scalar.properties
      if !isInside {
        result.append(JinjaText(properties.titlecaseMapping, origin: unit.origin))
      } else if aligned {
        result.append(lower[index..<index + 1])
      } else {
        result.append(JinjaText(properties.lowercaseMapping, origin: unit.origin))
      }
      isInside = properties.isCased
    }
    return result
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

  private static let capitalSigma: Unicode.Scalar = "\u{3A3}"

  private static func isWordBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar)
  }

  private func mapping(_ transform: (Unicode.Scalar) -> String) -> JinjaText {
    var result: [Unit] = []
    result.reserveCapacity(count)
    for unit in units {
      for scalar in transform(unit.scalar).unicodeScalars {
        result.append(Unit(scalar, origin: unit.origin))
      }
    }
    return JinjaText(result, isMarkup: isMarkup)
  }

  /// The final-sigma rule of the Unicode standard, section 3.13: after a letter, not before one.
  private func isFinalSigma(_ index: Int) -> Bool {
    func isCased(_ unit: Unit?) -> Bool { unit?.scalar.properties.isCased ?? false }
    let before = units[..<index].last { !$0.scalar.properties.isCaseIgnorable }
    let after = units[(index + 1)...].first { !$0.scalar.properties.isCaseIgnorable }
    return isCased(before) && !isCased(after)
  }
}
