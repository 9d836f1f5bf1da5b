extension JinjaText {
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
