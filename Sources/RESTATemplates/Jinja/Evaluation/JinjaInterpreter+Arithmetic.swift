extension JinjaInterpreter {
  /// Operators of one precedence, left to right.
  func binary(
    _ first: JinjaExpression,
    _ rest: [(operation: JinjaOperator, operand: JinjaExpression)], line: Int
  ) throws(JinjaFault) -> JinjaValue {
    var result = try evaluate(first)
    for (operation, operand) in rest {
      let right = try evaluate(operand)
      self.line = line
      result = try compute(operation, result, right)
    }
    return result
  }

  /// `-x` and `+x`.
  func signed(_ value: JinjaValue, isMinus: Bool, line: Int) throws(JinjaFault) -> JinjaValue {
    self.line = line
    if case .float(let number) = value { return .float(isMinus ? -number : number) }
    guard let number = value.integer else {
      throw fault("a \(value.typeName) can't have a sign")
    }
    return .int(
      try checked((isMinus ? 0 : number).subtractingReportingOverflow(isMinus ? number : 0)))
  }

  /// `left + right`.
  func add(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaFault) -> JinjaValue {
    try compute(.add, left, right)
  }

  private func compute(
    _ operation: JinjaOperator, _ left: JinjaValue, _ right: JinjaValue
  ) throws(JinjaFault) -> JinjaValue {
    if let left = left.integer, let right = right.integer {
      return try compute(operation, left, right)
    }
    if let left = left.number, let right = right.number {
      return .float(try compute(operation, left, right))
    }
    switch (operation, left, right) {
    case (.add, .string(let left), .string(let right)): return try text(left.adding(right))
    case (.add, .sequence(let left), .sequence(let right))
    where left.kind == right.kind && (left.kind == .list || left.kind == .tuple):
      return try sequence(left.items + right.items, kind: left.kind)
    case (.multiply, .string(let text), let count), (.multiply, let count, .string(let text)):
      if let count = count.integer { return try repeated(text, count) }
    case (.multiply, .sequence(let sequence), let count),
      (.multiply, let count, .sequence(let sequence)):
      if let count = count.integer { return try repeated(sequence, count) }
    case (.modulo, .string(let format), _): return try percentFormat(format, right)
    default: break
    }
    throw fault(
      "'\(operation.rawValue)' doesn't work on a \(left.typeName) and a \(right.typeName)")
  }

  private func repeated(_ text: JinjaText, _ count: Int) throws(JinjaFault) -> JinjaValue {
    let (total, overflow) = text.count.multipliedReportingOverflow(by: max(count, 0))
    try charge(scalars: overflow ? .max : total)
    var result = JinjaText([], isMarkup: text.isMarkup)
    if !text.isEmpty { for _ in 0..<max(count, 0) { result.append(text) } }
    return .string(result)
  }

  private func repeated(_ list: JinjaSequence, _ count: Int) throws(JinjaFault) -> JinjaValue {
    let (total, overflow) = list.items.count.multipliedReportingOverflow(by: max(count, 0))
    try charge(steps: overflow ? .max : total)
    guard !list.items.isEmpty, count > 0 else { return try sequence([], kind: list.kind) }
    return try sequence(
      Array(repeatElement(list.items, count: count).joined()), kind: list.kind)
  }

  private func compute(
    _ operation: JinjaOperator, _ left: Int, _ right: Int
  ) throws(JinjaFault) -> JinjaValue {
    switch operation {
    case .add: return .int(try checked(left.addingReportingOverflow(right)))
    case .subtract: return .int(try checked(left.subtractingReportingOverflow(right)))
    case .multiply: return .int(try checked(left.multipliedReportingOverflow(by: right)))
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw fault("division by zero") }
      if operation == .divide { return .float(Double(left) / Double(right)) }
      let quotient = try checked(left.dividedReportingOverflow(by: right))
      let remainder = left % right
      // Python rounds down where Swift rounds towards zero.
      let isOff = remainder != 0 && (remainder < 0) != (right < 0)
      if operation == .modulo { return .int(isOff ? remainder + right : remainder) }
      return .int(isOff ? quotient - 1 : quotient)
    case .power:
      guard right >= 0 else { return .float(try compute(.power, Double(left), Double(right))) }
      return .int(try power(left, right))
    }
  }

  private func compute(
    _ operation: JinjaOperator, _ left: Double, _ right: Double
  ) throws(JinjaFault) -> Double {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw fault("division by zero") }
      if operation == .divide { return left / right }
      let remainder = left.truncatingRemainder(dividingBy: right)
      let isOff = remainder != 0 && (remainder < 0) != (right < 0)
      let modulo = isOff ? remainder + right : remainder
      return operation == .modulo ? modulo : ((left - modulo) / right).rounded()
    case .power:
      guard let exponent = Int(exactly: right), exponent.magnitude <= 1024 else {
        throw fault("'**' supports whole exponents up to 1024 only")
      }
      guard left != 0 || exponent >= 0 else { throw fault("division by zero") }
      var result = 1.0
      for _ in 0..<exponent.magnitude { result *= left }
      return exponent < 0 ? 1 / result : result
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws(JinjaFault) -> Int {
    guard !(0...1).contains(base), base != -1 else {
      return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base
    }
    // Any other base overflows within 63 rounds.
    var result = 1
    for _ in 0..<exponent { result = try checked(result.multipliedReportingOverflow(by: base)) }
    return result
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(JinjaFault) -> Int {
    guard !result.overflow else { throw fault("a number does not fit into 64 bits") }
    return result.partialValue
  }
}
