extension JinjaLexer {
  /// Reads a tag to its end; the position is behind the opening delimiter and its sign.
  mutating func tag(_ opening: JinjaToken.Kind) throws(JinjaFault) {
    let isBlock = opening == .blockBegin
    let delimiter = isBlock ? "%}" : "}}"
    let start = line
    tokens.append(JinjaToken(kind: opening, line: line))
    var brackets: [Unicode.Scalar] = []
    while position < source.count {
      let closingLine = line
      // Within brackets the delimiter is operators: `{{ {"a": {}} }}`.
      if brackets.isEmpty, consumeClosing(delimiter, trimsNewline: isBlock) {
        tokens.append(
          JinjaToken(kind: isBlock ? .blockEnd : .variableEnd, line: closingLine))
        return
      }
      if source[position].isPythonSpace {
        advance()
        continue
      }
      let tokenLine = line
      let kind = try token(&brackets)
      tokens.append(JinjaToken(kind: kind, line: tokenLine))
    }
    throw JinjaFault(message: "'\(delimiter)' is missing", line: start)
  }

  private mutating func token(
    _ brackets: inout [Unicode.Scalar]
  ) throws(JinjaFault) -> JinjaToken.Kind {
    let first = source[position]
    if first.isDigit { return try number() }
    if first == "'" || first == "\"" { return .string(try stringLiteral()) }
    if first.isIdentifierPart { return .name(identifier()) }
    return .symbol(try symbol(&brackets))
  }

  private mutating func identifier() -> String {
    let start = position
    while let next = scalar(at: position), next.isIdentifierPart { position += 1 }
    return text(start..<position)
  }

  private mutating func symbol(_ brackets: inout [Unicode.Scalar]) throws(JinjaFault) -> String {
    for pair in ["//", "**", "==", "!=", ">=", "<="] where matches(pair, at: position) {
      position += 2
      return pair
    }
    let first = source[position]
    switch first {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard let expected = brackets.popLast() else { throw fault("unexpected '\(first)'") }
      guard expected == first else {
        throw fault("unexpected '\(first)', expected '\(expected)'")
      }
    case "+", "-", "/", "*", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";": break
    default: throw fault("unexpected character U+\(first.hexadecimal(digits: 4))")
    }
    position += 1
    return String(first)
  }

  /// Part of the source as a string.
  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: source[range])
    return String(view)
  }
}
