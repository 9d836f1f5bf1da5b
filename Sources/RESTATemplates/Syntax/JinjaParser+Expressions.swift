extension JinjaParser {
  /// Parses one expression, or several with commas between them: a tuple.
  mutating func tupleOrExpression(
    allowsConditional: Bool = true, inParentheses: Bool = false
  ) throws(JinjaFault) -> JinjaExpression {
    var items: [JinjaExpression] = []
    var isTuple = false
    while !isTupleEnd {
      items.append(try allowsConditional ? expression() : disjunction())
      guard skip(symbol: ",") else { break }
      isTuple = true
    }
    if !isTuple, let only = items.first { return only }
    guard isTuple || inParentheses else { throw unexpected(wanted: "an expression") }
    return .tuple(items)
  }

  private var isTupleEnd: Bool {
    switch current {
    case .variableEnd, .blockEnd, .symbol(")"): true
    default: false
    }
  }

  /// Parses an expression, an inline `if` included.
  mutating func expression() throws(JinjaFault) -> JinjaExpression {
    try enter()
    defer { leave() }
    var result = try disjunction()
    var wraps = 0
    while skip(keyword: "if") {
      // `a if b if c ...` nests without recursion here, but not where the tree is walked.
      wraps += 1
      guard wraps < 8 else { throw fault("too many inline 'if' in a row") }
      let condition = try disjunction()
      let otherwise = skip(keyword: "else") ? try expression() : nil
      result = .conditional(then: result, condition: condition, otherwise: otherwise)
    }
    return result
  }

  private mutating func disjunction() throws(JinjaFault) -> JinjaExpression {
    var operands = [try conjunction()]
    while skip(keyword: "or") { operands.append(try conjunction()) }
    return operands.count == 1 ? operands[0] : .disjunction(operands)
  }

  private mutating func conjunction() throws(JinjaFault) -> JinjaExpression {
    var operands = [try negation()]
    while skip(keyword: "and") { operands.append(try negation()) }
    return operands.count == 1 ? operands[0] : .conjunction(operands)
  }

  private mutating func negation() throws(JinjaFault) -> JinjaExpression {
    guard skip(keyword: "not") else { return try comparison() }
    try enter()
    defer { leave() }
    return .negation(try negation())
  }

  private mutating func comparison() throws(JinjaFault) -> JinjaExpression {
    let start = line
    let first = try arithmetic(from: 1)
    var rest: [(operation: JinjaComparison, operand: JinjaExpression)] = []
    while let operation = skipComparison() {
      rest.append((operation, try arithmetic(from: 1)))
    }
    return rest.isEmpty ? first : .comparison(first, rest, line: start)
  }

  private mutating func skipComparison() -> JinjaComparison? {
    switch current {
    case .symbol(let symbol):
      guard let operation = JinjaComparison(rawValue: symbol) else { return nil }
      advance()
      return operation
    case .name("in"):
      advance()
      return .isIn
    case .name("not") where next == .name("in"):
      advance()
      advance()
      return .isNotIn
    default: return nil
    }
  }

  /// Operators by precedence, `~` between `+` and `*`; all of one level bind left to right,
  /// `**` too, unlike Python's.
  private mutating func arithmetic(from minimum: Int) throws(JinjaFault) -> JinjaExpression {
    var result = try unary()
    while let level = currentLevel, level >= minimum {
      let start = line
      var rest: [(symbol: String, operand: JinjaExpression)] = []
      while currentLevel == level, case .symbol(let symbol) = current {
        advance()
        rest.append((symbol, try arithmetic(from: level + 1)))
      }
      if level == 2 {
        result = .concatenation([result] + rest.map(\.operand))
      } else {
        let operations = rest.compactMap { item in
          JinjaOperator(rawValue: item.symbol).map { (operation: $0, operand: item.operand) }
        }
        result = .binary(result, operations, line: start)
      }
    }
    return result
  }

  private var currentLevel: Int? {
    guard case .symbol(let symbol) = current else { return nil }
    return switch symbol {
    case "+", "-": 1
    case "~": 2
    case "*", "/", "//", "%": 3
    case "**": 4
    default: nil
    }
  }

  /// Signs bind tighter than filters: `-1|abs` is 1.
  private mutating func unary(allowsFilters: Bool = true) throws(JinjaFault) -> JinjaExpression {
    let start = line
    let isMinus = current == .symbol("-")
    guard isMinus || current == .symbol("+") else {
      return try postfix(of: try primary(), allowsFilters: allowsFilters)
    }
    advance()
    try enter()
    defer { leave() }
    let operand = try unary(allowsFilters: false)
    return try postfix(
      of: .sign(isMinus: isMinus, operand, line: start), allowsFilters: allowsFilters)
  }

  /// Parses a literal, a name, or something in brackets.
  mutating func primary() throws(JinjaFault) -> JinjaExpression {
    let start = line
    switch current {
    case .name(let name):
      advance()
      return switch name {
      case "true", "True": .constant(.bool(true))
      case "false", "False": .constant(.bool(false))
      case "none", "None": .constant(.none)
      default: .name(name, line: start)
      }
    case .string: return .constant(.string(JinjaText(strings())))
    case .integer(let value):
      advance()
      return .constant(.int(value))
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
