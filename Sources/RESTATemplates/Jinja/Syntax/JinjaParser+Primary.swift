extension JinjaParser {
  /// Parses a literal, a name, or something in brackets.
  mutating func primary() throws(JinjaFault) -> JinjaExpression {
    let start = line
    switch current {
    case .name(let name):
      advance()
      return switch name {
      case "true", "True": .constant(.boolean(true))
      case "false", "False": .constant(.boolean(false))
      case "none", "None": .constant(.none)
      default: .name(name, line: start)
      }
    case .string: return .constant(.string(strings()))
    case .integer(let value):
      advance()
      return .constant(.integer(value))
    case .float(let value):
      advance()
      return .constant(.float(value))
    case .symbol("("):
      advance()
      let inner = try tupleOrExpression(inParentheses: true)
      try expect(.symbol(")"))
      return inner
    case .symbol("["): return .list(try items(closing: "]"))
    case .symbol("{"): return try dictionary()
    default: throw unexpected()
    }
  }

  /// Neighbouring string literals are one, as in Python.
  private mutating func strings() -> String {
    var result = ""
    while case .string(let part) = current {
      result.unicodeScalars.append(contentsOf: part.unicodeScalars)
      advance()
    }
    return result
  }

  private mutating func items(closing: String) throws(JinjaFault) -> [JinjaExpression] {
    advance()
    var items: [JinjaExpression] = []
    while !skip(symbol: closing) {
      items.append(try expression())
      guard skip(symbol: ",") else {
        try expect(.symbol(closing))
        break
      }
    }
    return items
  }

  private mutating func dictionary() throws(JinjaFault) -> JinjaExpression {
    advance()
    var pairs: [(key: JinjaExpression, value: JinjaExpression)] = []
    while !skip(symbol: "}") {
      let key = try expression()
      try expect(.symbol(":"))
      pairs.append((key, try expression()))
      guard skip(symbol: ",") else {
        try expect(.symbol("}"))
        break
      }
    }
    return .dictionary(pairs)
  }
}
