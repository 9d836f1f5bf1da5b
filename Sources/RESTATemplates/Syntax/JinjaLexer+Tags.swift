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
    if first.isIdentifierPart { return .name(try identifier()) }
    return .symbol(try symbol(&brackets))
  }

  private mutating func identifier() throws(JinjaFault) -> String {
    let start = position
    while let next = scalar(at: position), next.isIdentifierPart { position += 1 }
    // Each use of a name is a look-up of all of it.
    guard position - start <= JinjaLimits.nameLength else {
      throw fault("a name is longer than \(JinjaLimits.nameLength) characters")
    }
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
    default: throw fault("unexpected character U+\(first.value.hexadecimal(digits: 4))")
    }
    position += 1
    return String(first)
  }

  /// Part of the source as a string.
  func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(source[range])) }

  /// Reads an integer or a floating-point literal, with `_` between digits as in Python.
  mutating func number() throws(JinjaFault) -> JinjaToken.Kind {
    if source[position] == "0", let kind = try radixInteger() { return kind }
    let start = position
    var isFloat = false
    skipDigits()
    // `x.0.1` is two subscripts, not a float.
    let followsDot = start > 0 && source[start - 1] == "."
    if !followsDot, scalar(at: position) == ".", scalar(at: position + 1)?.isDigit == true {
      isFloat = true
      position += 1
      skipDigits()
    }
    if !followsDot, let exponent = exponentStart() {
      isFloat = true
      position = exponent
      skipDigits()
    }
    let digits = text(start..<position).filter { $0 != "_" }
    if isFloat, let value = Double(digits) { return .float(value) }
    guard digits.first != "0" || digits.allSatisfy({ $0 == "0" }) else {
      throw fault("a number may not start with 0")
    }
    guard let value = Int(digits) else { throw fault("the number is too large") }
    return .integer(value)
  }

  private mutating func radixInteger() throws(JinjaFault) -> JinjaToken.Kind? {
    let radix: Int
    switch scalar(at: position + 1) {
    case "x", "X": radix = 16
    case "o", "O": radix = 8
    case "b", "B": radix = 2
    default: return nil
    }
    let start = position + 2
    position = start
    while let next = scalar(at: position), next.isIdentifierPart { position += 1 }
    guard let value = Int(text(start..<position).filter { $0 != "_" }, radix: radix) else {
      throw fault("not a number of base \(radix), or too large")
    }
    return .integer(value)
  }

  private mutating func skipDigits() {
    while let next = scalar(at: position) {
      let isSeparator = next == "_" && scalar(at: position + 1)?.isDigit == true
      guard next.isDigit || isSeparator else { return }
      position += 1
    }
  }

  private func exponentStart() -> Int? {
    guard let letter = scalar(at: position), letter == "e" || letter == "E" else { return nil }
    var index = position + 1
    if let sign = scalar(at: index), sign == "+" || sign == "-" { index += 1 }
    return scalar(at: index)?.isDigit == true ? index : nil
  }

  /// Reads a string literal with Python's escapes; the position is at its opening quote.
  mutating func stringLiteral() throws(JinjaFault) -> String {
    let start = line
    let quote = source[position]
    position += 1
    var result = String.UnicodeScalarView()
    while let next = scalar(at: position) {
      if next == quote {
        position += 1
        return String(result)
      }
      if next == "\\", scalar(at: position + 1) != nil {
        try escape(into: &result)
      } else {
        result.append(next)
        advance()
      }
    }
    throw JinjaFault(message: "the string is not closed", line: start)
  }

  private mutating func escape(into result: inout String.UnicodeScalarView) throws(JinjaFault) {
    let letter = source[position + 1]
    position += 1
    advance()
    switch letter {
    case "\n": break
    case "\\", "'", "\"": result.append(letter)
    case "a": result.append("\u{7}")
    case "b": result.append("\u{8}")
    case "f": result.append("\u{C}")
    case "n": result.append("\n")
    case "r": result.append("\r")
    case "t": result.append("\t")
    case "v": result.append("\u{B}")
    case "x": result.append(try code(digits: 2))
    case "u": result.append(try code(digits: 4))
    case "U": result.append(try code(digits: 8))
    case "0"..."7": result.append(octal(first: letter))
    case "N": throw fault("\\N{...} is not supported")
    default:
      // Python keeps the backslash of an escape it doesn't know.
      result.append("\\")
      result.append(letter)
    }
  }

  private mutating func code(digits: Int) throws(JinjaFault) -> Unicode.Scalar {
    let end = position + digits
    guard end <= source.count, let value = UInt32(text(position..<end), radix: 16),
      source[position] != "+", let scalar = Unicode.Scalar(value)
    else {
      throw fault("an escape needs \(digits) hexadecimal digits of a Unicode scalar")
    }
    position = end
    return scalar
  }

  private mutating func octal(first: Unicode.Scalar) -> Unicode.Scalar {
    var value = first.value - 0x30
    var length = 1
    while length < 3, let next = scalar(at: position), ("0"..."7").contains(next) {
      value = value * 8 + next.value - 0x30
      position += 1
      length += 1
    }
    // Three octal digits stay below 512, where every code is a scalar.
    return Unicode.Scalar(value) ?? first
  }
}
