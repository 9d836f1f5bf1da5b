extension JinjaParser {
  /// Parses what follows an expression: first subscripts and calls, then filters and tests.
  ///
  /// After a filter only a call may follow, no subscript: `x|first.y` is a filter "first.y".
  mutating func postfix(
    of base: JinjaExpression, allowsFilters: Bool
  ) throws(JinjaFault) -> JinjaExpression {
    var chain: [JinjaPostfix] = []
    while let kind = try subscriptOrCall() { chain.append(kind) }
    while allowsFilters {
      if skip(symbol: "|") {
        chain.append(try filter())
      } else if current == .name("is") {
        chain.append(try test())
      } else if current == .symbol("(") {
        chain.append(try call())
      } else {
        break
      }
    }
    return chain.isEmpty ? base : .postfix(base, chain)
  }

  /// Parses a filter from behind its `|`.
  mutating func filter() throws(JinjaFault) -> JinjaPostfix {
    let start = line
    let name = try dottedName()
    let arguments = current == .symbol("(") ? try arguments() : JinjaArguments()
    return JinjaPostfix(kind: .filter(name, arguments), line: start)
  }

  private mutating func subscriptOrCall() throws(JinjaFault) -> JinjaPostfix? {
    switch current {
    case .symbol("."): try attribute()
    case .symbol("["): try item()
    case .symbol("("): try call()
    default: nil
    }
  }

  private mutating func call() throws(JinjaFault) -> JinjaPostfix {
    let start = line
    return JinjaPostfix(kind: .call(try arguments()), line: start)
  }

  private mutating func attribute() throws(JinjaFault) -> JinjaPostfix {
    let start = line
    advance()
    if case .integer(let index) = current {
      advance()
      return JinjaPostfix(kind: .item(.constant(.int(index))), line: start)
    }
    return JinjaPostfix(kind: .attribute(try expectName()), line: start)
  }

  private mutating func item() throws(JinjaFault) -> JinjaPostfix {
    let start = line
    advance()
    let first = current == .symbol(":") ? nil : try expression()
    if let first, skip(symbol: "]") { return JinjaPostfix(kind: .item(first), line: start) }
    try expect(.symbol(":"))
    let stop = try sliceBound()
    let step = skip(symbol: ":") ? try sliceBound() : nil
    try expect(.symbol("]"))
    return JinjaPostfix(kind: .slice(start: first, stop: stop, step: step), line: start)
  }

  private mutating func sliceBound() throws(JinjaFault) -> JinjaExpression? {
    current == .symbol("]") || current == .symbol(":") ? nil : try expression()
  }

  private mutating func test() throws(JinjaFault) -> JinjaPostfix {
    let start = line
    advance()
    let isNegated = skip(keyword: "not")
    let name = try dottedName()
    var arguments = JinjaArguments()
    if current == .symbol("(") {
      arguments = try self.arguments()
    } else if startsTestArgument {
      guard current != .name("is") else { throw fault("tests with 'is' can't be chained") }
      arguments.positional.append(try postfix(of: try primary(), allowsFilters: false))
    }
    return JinjaPostfix(kind: .test(name, arguments, isNegated: isNegated), line: start)
  }

  private var startsTestArgument: Bool {
    switch current {
    case .name("else"), .name("or"), .name("and"): false
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }

  private mutating func dottedName() throws(JinjaFault) -> String {
    var name = try expectName()
    while skip(symbol: ".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func arguments() throws(JinjaFault) -> JinjaArguments {
    try expect(.symbol("("))
    var arguments = JinjaArguments()
    while !skip(symbol: ")") {
      if current == .symbol("*") || current == .symbol("**") {
        throw fault("'*' and '**' arguments are not supported")
      }
      if case .name(let name) = current, next == .symbol("=") {
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty else {
          throw fault("a positional argument follows a named one")
        }
        arguments.positional.append(try expression())
      }
      guard skip(symbol: ",") else {
        try expect(.symbol(")"))
        break
      }
    }
    return arguments
  }
}
