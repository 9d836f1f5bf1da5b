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

  func signed(_ value: JinjaValue, isMinus: Bool, line: Int) throws(JinjaFault) -> JinjaValue {
    self.line = line
    if case .float(let number) = value { return .float(isMinus ? -number : number) }
    guard let number = value.integer else {
      throw fault("a \(value.typeName) can't have a sign")
    }
    return .int(
      try checked((isMinus ? 0 : number).subtractingReportingOverflow(isMinus ? number : 0)))
  }

  func compute(
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
      let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
      // Python rounds down where Swift rounds towards zero.
      let isOff = remainder != 0 && (remainder < 0) != (right < 0)
      if operation == .modulo { return .int(isOff ? remainder + right : remainder) }
      let quotient = try checked(left.dividedReportingOverflow(by: right))
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
      // Python's 0 has the divisor's sign.
      let zero = Double(signOf: right, magnitudeOf: 0)
      let modulo = isOff ? remainder + right : remainder == 0 ? zero : remainder
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

  /// `a < b <= c`: true where each neighbouring pair is.
  func comparison(
    _ first: JinjaExpression,
    _ rest: [(operation: JinjaComparison, operand: JinjaExpression)], line: Int
  ) throws(JinjaFault) -> Bool {
    var left = try evaluate(first)
    for (operation, operand) in rest {
      let right = try evaluate(operand)
      self.line = line
      guard try compare(operation, left, right) else { return false }
      left = right
    }
    return true
  }

  func compare(
    _ operation: JinjaComparison, _ left: JinjaValue, _ right: JinjaValue
  ) throws(JinjaFault) -> Bool {
    switch operation {
    case .equal: try isEqual(left, right)
    case .notEqual: try !isEqual(left, right)
    case .less: try isLess(left, right)
    case .greater: try isLess(right, left)
    case .lessOrEqual: try isLess(left, right) ? true : try isEqual(left, right)
    case .greaterOrEqual: try isLess(right, left) ? true : try isEqual(left, right)
    case .isIn: try isContained(left, in: right)
    case .isNotIn: try !isContained(left, in: right)
    }
  }

  /// Whether two values are equal in Python; where a string came from doesn't matter.
  func isEqual(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaFault) -> Bool {
    try charge()
    if let left = left.integer, let right = right.integer { return left == right }
    if let left = left.number, let right = right.number { return left == right }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)):
      try charge(scalars: min(left.count, right.count))
      return left == right
    case (.sequence(let left), .sequence(let right)):
      guard left.kind.typeName == right.kind.typeName, left.items.count == right.items.count
      else { return false }
      for (left, right) in zip(left.items, right.items) where try !isEqual(left, right) {
        return false
      }
      return true
    case (.dictionary(let left), .dictionary(let right)):
      guard left.keys.count == right.keys.count else { return false }
      for (key, value) in zip(left.keys, left.values) {
        try charge(for: key)
        guard let other = JinjaDictionary.Key(key).flatMap({ right[$0] }),
          try isEqual(value, other)
        else { return false }
      }
      return true
    case (.namespace(let left), .namespace(let right)): return left == right
    default: return false
    }
  }

  /// Whether one value sorts before another; not all types have an order.
  func isLess(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaFault) -> Bool {
    try charge()
    if let left = left.integer, let right = right.integer { return left < right }
    if let left = left.number, let right = right.number { return left < right }
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try charge(scalars: min(left.count, right.count))
      return left < right
    case (.sequence(let left), .sequence(let right))
    where left.kind == right.kind && (left.kind == .list || left.kind == .tuple):
      for (left, right) in zip(left.items, right.items) where try !isEqual(left, right) {
        return try isLess(left, right)
      }
      return left.items.count < right.items.count
    default:
      throw fault("a \(left.typeName) and a \(right.typeName) have no order")
    }
  }

  /// Whether a container holds an item: the operator `in`.
  func isContained(_ item: JinjaValue, in container: JinjaValue) throws(JinjaFault) -> Bool {
    switch container {
    case .string(let text):
      guard case .string(let part) = item else {
        throw fault("'in' a string needs a string, not a \(item.typeName)")
      }
      try charge(scalars: text.count + part.count)
      return text.contains(part)
    case .dictionary(let dictionary):
      try charge(for: item)
      guard let key = JinjaDictionary.Key(item) else {
        throw fault("a \(item.typeName) can't be a dictionary's key")
      }
      return dictionary[key] != nil
    default:
      for other in try items(of: container) where try isEqual(item, other) { return true }
      return false
    }
  }
}
