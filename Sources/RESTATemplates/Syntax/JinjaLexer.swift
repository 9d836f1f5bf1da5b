/// One token of a template.
struct JinjaToken: Sendable {
  enum Kind: Sendable, Equatable {
    /// Text outside tags, whitespace control applied.
    case data(String)
    /// `{{`
    case variableBegin
    /// `}}`
    case variableEnd
    /// `{%`
    case blockBegin
    /// `%}`
    case blockEnd
    case name(String)
    /// A string literal, unescaped.
    case string(String)
    case integer(Int)
    case float(Double)
    /// An operator or a delimiter.
    case symbol(String)
    /// The end of the template.
    case end
  }

  var kind: Kind
  /// From 1.
  var line: Int
}

extension JinjaToken.Kind {
  /// How error messages call the token.
  var label: String {
    switch self {
    case .data: "text"
    case .variableBegin: "'{{'"
    case .variableEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer, .float: "a number"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }
}

/// Splits template source into tokens, as jinja2's `lexer.py` does with `trim_blocks` and
/// `lstrip_blocks` on and `keep_trailing_newline` off.
struct JinjaLexer {
  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  var tokens: [JinjaToken] = []
  /// Whether the last tag ended a line, so that `lstrip_blocks` may strip up to the next one.
  var isAtLineStart = true

  init(_ source: [Unicode.Scalar]) {
    self.source = Self.normalised(source)
  }

  mutating func scan() throws(JinjaFault) -> [JinjaToken] {
    while position < source.count {
      let opening = nextOpening(from: position)
      let text = source[position..<(opening ?? source.count)]
      guard let opening else {
        emitData(text)
        position = source.count
        break
      }
      let sign = scalar(at: opening + 2).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
      let kept = stripped(text, before: source[opening + 1], sign: sign)
      emitData(kept)
      line += text[kept.endIndex...].count { $0 == "\n" }
      position = opening + (sign == nil ? 2 : 3)
      switch source[opening + 1] {
      case "#": try skipComment()
      case "{": try tag(.variableBegin)
      default: if try !rawBlock() { try tag(.blockBegin) }
      }
      isAtLineStart = source[position - 1] == "\n"
    }
    tokens.append(JinjaToken(kind: .end, line: line))
    return tokens
  }

  /// The scalar at a place, or `nil` behind the end.
  func scalar(at index: Int) -> Unicode.Scalar? {
    index < source.count ? source[index] : nil
  }

  /// Whether the source goes on with some ASCII text at a place.
  func matches(_ text: String, at index: Int) -> Bool {
    source[Swift.min(index, source.count)...].starts(with: text.unicodeScalars)
  }

  /// Moves past whitespace, counting lines.
  mutating func skipSpace() {
    while let next = scalar(at: position), next.isPythonSpace { advance() }
  }

  /// Moves one scalar on, counting lines.
  mutating func advance() {
    if source[position] == "\n" { line += 1 }
    position += 1
  }

  func fault(_ message: String) -> JinjaFault { JinjaFault(message: message, line: line) }

  /// Whether a closing delimiter is here; if so moves past it and what it trims.
  mutating func consumeClosing(_ delimiter: String, trimsNewline: Bool) -> Bool {
    if matches("-" + delimiter, at: position) {
      position += 3
      skipSpace()
      return true
    }
    let plus = trimsNewline && matches("+" + delimiter, at: position)
    guard plus || matches(delimiter, at: position) else { return false }
    position += plus ? 3 : 2
    if trimsNewline, !plus, scalar(at: position) == "\n" { advance() }
    return true
  }

  mutating func emitData(_ text: ArraySlice<Unicode.Scalar>) {
    guard !text.isEmpty else { return }
    tokens.append(JinjaToken(kind: .data(self.text(text.indices)), line: line))
    line += text.count { $0 == "\n" }
  }

  /// Text in front of a tag, less what its sign or `lstrip_blocks` takes off.
  func stripped(
    _ text: ArraySlice<Unicode.Scalar>, before kind: Unicode.Scalar, sign: Unicode.Scalar?
  ) -> ArraySlice<Unicode.Scalar> {
    if sign == "-" {
      let end = text.lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? text.startIndex
      return text[..<end]
    }
    guard sign != "+", kind != "{" else { return text }
    let lineStart = text.lastIndex(of: "\n").map { $0 + 1 }
    guard let start = lineStart ?? (isAtLineStart ? text.startIndex : nil),
      text[start...].allSatisfy(\.isPythonSpace)
    else { return text }
    return text[..<start]
  }

  private func nextOpening(from start: Int) -> Int? {
    source[start...].indices.first { index in
      source[index] == "{" && index + 1 < source.count
        && (source[index + 1] == "{" || source[index + 1] == "%" || source[index + 1] == "#")
    }
  }

  private mutating func skipComment() throws(JinjaFault) {
    let start = line
    while position < source.count {
      if consumeClosing("#}", trimsNewline: true) { return }
      advance()
    }
    throw JinjaFault(message: "the comment is not closed", line: start)
  }

  /// Line ends become "\n", and one at the very end is dropped.
  private static func normalised(_ source: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(source.count)
    for (index, scalar) in source.enumerated() {
      if scalar == "\n", index > 0, source[index - 1] == "\r" { continue }
      result.append(scalar == "\r" ? "\n" : scalar)
    }
    if result.last == "\n" { result.removeLast() }
    return result
  }
}

extension JinjaLexer {
  /// Reads `{% raw %}...{% endraw %}` where one starts; the position is behind `{%` and its sign.
  mutating func rawBlock() throws(JinjaFault) -> Bool {
    // Here, unlike elsewhere, jinja2 doesn't trim a newline, and knows no plus sign.
    guard let closing = end(of: "raw", at: position, closings: ["%}", "-%}"]) else { return false }
    let start = line
    line += source[position..<closing].count { $0 == "\n" }
    position = closing
    _ = consumeClosing("%}", trimsNewline: false)
    isAtLineStart = source[position - 1] == "\n"
    try readRawText(openedAt: start)
    return true
  }

  private mutating func readRawText(openedAt start: Int) throws(JinjaFault) {
    let first = position
    var opening = first
    while opening < source.count {
      if let (sign, bodyEnd) = endOfRaw(at: opening) {
        let text = source[first..<opening]
        let kept = stripped(text, before: "%", sign: sign)
        emitData(kept)
        line += source[kept.endIndex..<bodyEnd].count { $0 == "\n" }
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
    return end(of: "endraw", at: index + (sign == nil ? 2 : 3), closings: ["%}", "-%}", "+%}"])
      .map { (sign: sign, end: $0) }
  }

  /// Where a tag of one keyword ends that begins here, in front of what closes it.
  private func end(of keyword: String, at index: Int, closings: [String]) -> Int? {
    var end = index
    while let next = scalar(at: end), next.isPythonSpace { end += 1 }
    guard matches(keyword, at: end) else { return nil }
    end += keyword.unicodeScalars.count
    while let next = scalar(at: end), next.isPythonSpace { end += 1 }
    return closings.contains { matches($0, at: end) } ? end : nil
  }
}
