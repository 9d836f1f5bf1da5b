extension JinjaInterpreter {
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

  /// One comparison.
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
      for (key, value) in left.pairs {
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
