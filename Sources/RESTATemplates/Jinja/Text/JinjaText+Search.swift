extension JinjaText {
  /// Starts of the first `limit` non-overlapping occurrences of a pattern, left to right.
  ///
  /// Knuth-Morris-Pratt, because both sides may come from an attacker: linear, not quadratic.
  /// An empty pattern occurs before every scalar and at the end, as in Python.
  func occurrences(of pattern: JinjaText, limit: Int = .max) -> [Int] {
    guard limit > 0 else { return [] }
    guard !pattern.isEmpty else { return Array((0...count).prefix(limit)) }
    guard pattern.count <= count else { return [] }
    let border = pattern.borders()
    var starts: [Int] = []
    var matched = 0
    for (index, unit) in units.enumerated() {
      while matched > 0, pattern.units[matched].scalar != unit.scalar {
        matched = border[matched - 1]
      }
      if pattern.units[matched].scalar == unit.scalar { matched += 1 }
      if matched == pattern.count {
        starts.append(index + 1 - pattern.count)
        if starts.count == limit { return starts }
        matched = 0
      }
    }
    return starts
  }

  /// Whether the pattern occurs anywhere.
  func contains(_ pattern: JinjaText) -> Bool { !occurrences(of: pattern, limit: 1).isEmpty }

  /// Whether the text starts with a prefix.
  func hasPrefix(_ prefix: JinjaText) -> Bool {
    count >= prefix.count && self[0..<prefix.count] == prefix
  }

  /// Whether the text ends with a suffix.
  func hasSuffix(_ suffix: JinjaText) -> Bool {
    count >= suffix.count && self[count - suffix.count..<count] == suffix
  }

  /// The text backwards.
  var reversed: JinjaText { JinjaText(units.reversed(), isMarkup: isMarkup) }

  /// Replaces the first `limit` occurrences; what is inserted keeps its own origins.
  func replacing(_ old: JinjaText, with new: JinjaText, limit: Int = .max) -> JinjaText {
    var result = JinjaText()
    var position = 0
    for start in occurrences(of: old, limit: limit) {
      result.append(self[position..<start])
      result.append(new)
      position = start + old.count
    }
    result.append(self[position..<count])
    return result
  }

  /// Length of the longest proper border of each prefix.
  private func borders() -> [Int] {
    var border = [Int](repeating: 0, count: count)
    var length = 0
    for index in 1..<Swift.max(count, 1) {
      while length > 0, units[length].scalar != units[index].scalar { length = border[length - 1] }
      if units[length].scalar == units[index].scalar { length += 1 }
      border[index] = length
    }
    return border
  }
}
