extension JinjaInterpreter {
  /// The value of an expression.
  func evaluate(_ expression: JinjaExpression) throws(JinjaFault) -> JinjaValue {
    try charge()
    try enter()
    defer { leave() }
    switch expression {
    case .constant(let constant): return JinjaValue(constant)
    case .name(let name, let line):
      self.line = line
      return lookUp(name)
    case .list(let items): return try sequence(try evaluate(items))
    case .tuple(let items): return try sequence(try evaluate(items), kind: .tuple)
    case .dictionary(let pairs): return try dictionary(pairs)
    case .binary(let first, let rest, let line): return try binary(first, rest, line: line)
    case .comparison(let first, let rest, let line):
      return .bool(try comparison(first, rest, line: line))
    case .concatenation(let parts): return try concatenation(parts)
    case .conjunction(let operands): return try firstOperand(operands, thatIs: false)
    case .disjunction(let operands): return try firstOperand(operands, thatIs: true)
    case .negation(let operand): return .bool(!(try evaluate(operand).isTrue))
    case .sign(let isMinus, let operand, let line):
      return try signed(try evaluate(operand), isMinus: isMinus, line: line)
    case .conditional(let then, let condition, let otherwise):
      return try conditional(then, condition, otherwise)
    case .postfix(let base, let chain): return try apply(chain, to: try evaluate(base))
    }
  }

  /// The values of several expressions.
  func evaluate(_ expressions: [JinjaExpression]) throws(JinjaFault) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  /// Applies subscripts, calls, filters and tests, left to right.
  func apply(_ chain: [JinjaPostfix], to base: JinjaValue) throws(JinjaFault) -> JinjaValue {
    var value = base
    for postfix in chain {
      try charge()
      line = postfix.line
      switch postfix.kind {
      case .attribute(let name): value = try attribute(name, of: value)
      case .item(let index): value = try item(try evaluate(index), of: value)
      case .slice(let start, let stop, let step):
        let bounds = (try bound(start), try bound(stop), try bound(step))
        value = try slice(value, start: bounds.0, stop: bounds.1, step: bounds.2)
      case .call(let written): value = try call(value, try evaluate(written))
      case .filter(let name, let written):
        value = try filter(name, value, try evaluate(written))
      case .test(let name, let written, let isNegated):
        value = .bool(try test(name, value, try evaluate(written)) != isNegated)
      }
    }
    return value
  }

  /// The arguments' values.
  func evaluate(_ written: JinjaArguments) throws(JinjaFault) -> JinjaCallArguments {
    var arguments = JinjaCallArguments(positional: try evaluate(written.positional))
    for (name, expression) in written.named {
      guard !arguments.named.contains(where: { $0.name == name }) else {
        throw fault("the argument '\(name)' is given twice")
      }
      arguments.named.append((name, try evaluate(expression)))
    }
    return arguments
  }

  private func bound(_ expression: JinjaExpression?) throws(JinjaFault) -> JinjaValue? {
    guard let expression else { return nil }
    return try evaluate(expression)
  }

  private func dictionary(
    _ pairs: [(key: JinjaExpression, value: JinjaExpression)]
  ) throws(JinjaFault) -> JinjaValue {
    var dictionary = JinjaDictionary()
    for pair in pairs {
      let key = try evaluate(pair.key)
      guard dictionary.set(key, try evaluate(pair.value)) else {
        throw fault("a \(key.typeName) can't be a dictionary's key")
      }
    }
    return try checkingDepth(.dictionary(dictionary))
  }

  private func concatenation(_ parts: [JinjaExpression]) throws(JinjaFault) -> JinjaValue {
    var result = JinjaText()
    for value in try evaluate(parts) {
      let part = try printed(value)
      try charge(scalars: part.count)
      result.append(part)
    }
    return .string(result)
  }

  /// Python's `and` and `or` return an operand: the first that decides, or the last.
  private func firstOperand(
    _ operands: [JinjaExpression], thatIs wanted: Bool
  ) throws(JinjaFault) -> JinjaValue {
    var value = JinjaValue.none
    for operand in operands {
      value = try evaluate(operand)
      if value.isTrue == wanted { return value }
    }
    return value
  }

  private func conditional(
    _ then: JinjaExpression, _ condition: JinjaExpression, _ otherwise: JinjaExpression?
  ) throws(JinjaFault) -> JinjaValue {
    if try evaluate(condition).isTrue { return try evaluate(then) }
    guard let otherwise else { return .undefined(nil) }
    return try evaluate(otherwise)
  }
}
