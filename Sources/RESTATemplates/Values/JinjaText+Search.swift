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

  func contains(_ pattern: JinjaText) -> Bool { !occurrences(of: pattern, limit: 1).isEmpty }

  func hasPrefix(_ prefix: JinjaText) -> Bool {
    count >= prefix.count && self[0..<prefix.count] == prefix
  }

  func hasSuffix(_ suffix: JinjaText) -> Bool {
    count >= suffix.count && self[count - suffix.count..<count] == suffix
  }

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

  /// Python's `split`: at a separator, or at runs of whitespace where there is none.
  func split(separator: JinjaText?, limit: Int) -> [JinjaText] {
    guard let separator else { return splitWhitespace(limit: limit) }
    var parts: [JinjaText] = []
    var position = 0
    for start in occurrences(of: separator, limit: limit) {
      parts.append(self[position..<start])
      position = start + separator.count
    }
    return parts + [self[position..<count]]
  }

  /// Python's `rsplit`: like `split`, but the limit counts from the end.
  func splitFromEnd(separator: JinjaText?, limit: Int) -> [JinjaText] {
    reversed.split(separator: separator?.reversed, limit: limit).reversed().map(\.reversed)
  }

  /// Python's `splitlines`.
  func lines(keepingEnds: Bool = false) -> [JinjaText] {
    var lines: [JinjaText] = []
    var start = 0
    var index = 0
    while index < count {
      guard units[index].scalar.isLineBoundary else {
        index += 1
        continue
      }
      let isPair =
        units[index].scalar == "\r" && index + 1 < count && units[index + 1].scalar == "\n"
      let end = index + (isPair ? 2 : 1)
      lines.append(self[start..<(keepingEnds ? end : index)])
      start = end
      index = end
    }
    if start < count { lines.append(self[start..<count]) }
    return lines
  }

  private func splitWhitespace(limit: Int) -> [JinjaText] {
    var parts: [JinjaText] = []
    var position = 0
    while let start = units[position...].firstIndex(where: { !$0.scalar.isPythonSpace }) {
      // The rest goes whole once the limit is reached, the whitespace at its end included.
      let end =
        parts.count >= limit
        ? count
        : units[start...].firstIndex(where: { $0.scalar.isPythonSpace }) ?? count
      parts.append(self[start..<end])
      if parts.count > limit { break }
      position = end
    }
    return parts
  }
}

extension JinjaText {
  /// Which ends `trimmed` works on.
  enum Ends {
    case start
    case end
    case both
  }

  /// Python's `strip` family: takes off whitespace, or the given characters.
  func trimmed(_ ends: Ends = .both, characters: JinjaText? = nil) -> JinjaText {
    let set = characters.map { Set($0.units.map(\.scalar)) }
    func drops(_ unit: Unit) -> Bool { set?.contains(unit.scalar) ?? unit.scalar.isPythonSpace }
    let start = ends == .end ? 0 : units.firstIndex { !drops($0) } ?? count
    let last = ends == .start ? count - 1 : units.lastIndex { !drops($0) } ?? -1
    return start <= last ? self[start..<last + 1] : JinjaText([], isMarkup: isMarkup)
  }
}
