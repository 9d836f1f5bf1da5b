extension JinjaLexer {
  /// Reads `{% raw %}...{% endraw %}` where one starts; the position is behind `{%` and its sign.
  mutating func rawBlock() throws(JinjaFault) -> Bool {
    let savedPosition = position
    let savedLine = line
    skipSpace()
    if matches("raw", at: position) {
      position += 3
      skipSpace()
      // Here, unlike elsewhere, jinja2 doesn't trim a newline, and knows no plus sign.
      if consumeClosing("%}", trimsNewline: false) {
        isAtLineStart = source[position - 1] == "\n"
        try readRawText(openedAt: savedLine)
        return true
      }
    }
    position = savedPosition
    line = savedLine
    return false
  }

  private mutating func readRawText(openedAt start: Int) throws(JinjaFault) {
    let first = position
    var opening = first
    while opening < source.count {
      if let (sign, bodyEnd) = endOfRaw(at: opening) {
        let text = source[first..<opening]
        let kept = stripped(text, before: "%", sign: sign)
        emitData(kept)
        line += text[kept.endIndex...].count { $0 == "\n" }
        line += source[opening..<bodyEnd].count { $0 == "\n" }
        position = bodyEnd
        if consumeClosing("%}", trimsNewline: true) { return }
        break
      }
      opening += 1
    }
    throw JinjaFault(message: "the raw block is not closed", line: start)
  }

  /// Whether `{% endraw` is here and closed; its sign, and where its closing delimiter starts.
  private func endOfRaw(at index: Int) -> (sign: Unicode.Scalar?, end: Int)? {
    guard matches("{%", at: index) else { return nil }
    let sign = scalar(at: index + 2).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
    var end = index + (sign == nil ? 2 : 3)
    while let next = scalar(at: end), next.isPythonSpace { end += 1 }
    guard matches("endraw", at: end) else { return nil }
    end += 6
    while let next = scalar(at: end), next.isPythonSpace { end += 1 }
    let isClosed = ["%}", "-%}", "+%}"].contains { matches($0, at: end) }
    return isClosed ? (sign, end) : nil
  }
}
