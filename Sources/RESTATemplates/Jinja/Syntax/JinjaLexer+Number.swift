extension JinjaLexer {
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
}
