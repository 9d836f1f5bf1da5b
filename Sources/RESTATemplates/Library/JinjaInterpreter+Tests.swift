extension JinjaInterpreter {
  /// Runs a test: `value is name(arguments)`.
  func test(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> Bool {
    if let result = try typeTest(name, value) {
      try check(arguments, of: name, atMost: 0)
      return result
    }
    if let operation = Self.comparisonTests[name] {
      try check(arguments, of: name, atMost: 1)
      guard let other = arguments.positional.first else {
        throw fault("the test '\(name)' needs a value to compare with")
      }
      return try compare(operation, value, other)
    }
    switch name {
    case "odd", "even", "divisibleby":
      let divisor = name == "divisibleby" ? arguments.value(0, "num") : .int(2)
      guard let divisor, divisor.number != nil, value.number != nil else {
        throw fault("the test '\(name)' needs numbers")
      }
      return try isEqual(try compute(.modulo, value, divisor), .int(name == "odd" ? 1 : 0))
    case "lower": return try softText(value).isLowercase
    case "upper": return try softText(value).isUppercase
    case "sameas": return try isSame(value, arguments.positional.first ?? .none)
    default: throw fault("there is no test '\(name)'")
    }
  }

  private static let comparisonTests: [String: JinjaComparison] = [
    "eq": .equal, "equalto": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual,
    "lt": .less, "lessthan": .less, "<": .less, "le": .lessOrEqual, "<=": .lessOrEqual,
    "gt": .greater, "greaterthan": .greater, ">": .greater, "ge": .greaterOrEqual,
    ">=": .greaterOrEqual, "in": .isIn,
  ]

  private func typeTest(_ name: String, _ value: JinjaValue) throws(JinjaFault) -> Bool? {
    switch (name, value) {
    case ("defined", _): !value.isUndefined
    case ("undefined", _): value.isUndefined
    case ("none", .none), ("string", .string), ("mapping", .dictionary), ("boolean", .bool),
      ("integer", .int), ("float", .float), ("number", .int), ("number", .float),
      ("number", .bool), ("sequence", .string), ("sequence", .dictionary),
      ("sequence", .undefined), ("iterable", .string), ("iterable", .dictionary),
      ("iterable", .undefined), ("iterable", .sequence), ("iterable", .loop),
      ("callable", .undefined), ("callable", .macro), ("callable", .function),
      ("callable", .method):
      true
    case ("true", .bool(let value)): value
    case ("false", .bool(let value)): !value
    case ("escaped", .string(let text)): text.isMarkup
    case ("sequence", .sequence(let sequence)): sequence.kind.hasSubscript
    case ("none", _), ("string", _), ("mapping", _), ("boolean", _), ("integer", _), ("float", _),
      ("number", _), ("sequence", _), ("iterable", _), ("callable", _), ("true", _),
      ("false", _), ("escaped", _):
      false
    default: nil
    }
  }

  /// Python's `is`, for the values it is well-defined on.
  private func isSame(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaFault) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let left), .bool(let right)): left == right
    case (.namespace(let left), .namespace(let right)): left == right
    case (.none, _), (_, .none), (.bool, _), (_, .bool): false
    default: throw fault("the test 'sameas' supports true, false and none only")
    }
  }
}
