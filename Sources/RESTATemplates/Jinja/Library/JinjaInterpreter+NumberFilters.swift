extension JinjaInterpreter {
  /// Filters on numbers; `nil` where the name is none of theirs.
  func numberFilter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue? {
    switch name {
    case "int":
      try check(arguments, of: name, atMost: 1, named: ["default"])
      if case .undefined(let missing) = value { throw undefinedFault(missing) }
      return wholeNumber(value) ?? arguments.value(0, "default") ?? .int(0)
    case "float":
      try check(arguments, of: name, atMost: 1, named: ["default"])
      if case .undefined(let missing) = value { throw undefinedFault(missing) }
      return number(value).map(JinjaValue.float) ?? arguments.value(0, "default") ?? .float(0)
    case "abs":
      if case .float(let number) = value { return .float(number.magnitude) }
      guard let number = value.integer, number != .min else {
        throw fault("'abs' needs a number, not a \(value.typeName)")
      }
      return .int(abs(number))
    case "round": return try rounded(value, arguments)
    case "sum": return try sum(value, arguments)
    case "min", "max": return try extreme(name, value, arguments)
    default: return nil
    }
  }

  private func number(_ value: JinjaValue) -> Double? {
    guard case .string(let text) = value else { return value.number }
    return Double(text.trimmed().string.filter { $0 != "_" })
  }

  private func wholeNumber(_ value: JinjaValue) -> JinjaValue? {
    if let integer = value.integer { return .int(integer) }
    if case .string(let text) = value, let integer = Int(text.trimmed().string) {
      return .int(integer)
    }
    // Jinja goes through float for text, so that "42.9"|int is 42.
    return number(value).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map(JinjaValue.int)
  }

  private func rounded(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "round", atMost: 2, named: ["precision", "method"])
    guard let number = value.number else {
      throw fault("'round' needs a number, not a \(value.typeName)")
    }
    let precision = try integer(arguments.value(0, "precision"), of: "round", default: 0)
    guard (0...15).contains(precision) else {
      throw fault("'round' supports a precision of 0 to 15")
    }
    let method = try optionalString(arguments.value(1, "method"), of: "round")?.string ?? "common"
    let rules: [String: FloatingPointRoundingRule] = [
      "common": .toNearestOrEven, "ceil": .up, "floor": .down,
    ]
    guard let rule = rules[method] else { throw fault("'round' rounds common, ceil or floor") }
    if method == "common", let integer = value.integer { return .int(integer) }
    let factor = (0..<precision).reduce(1.0) { product, _ in product * 10 }
    let result = (number * factor).rounded(rule) / factor
    if method != "common", precision == 0, let whole = Int(exactly: result) {
      // Python's ceil and floor are integers, divided by the integer 1.
      return .float(Double(whole))
    }
    return .float(result)
  }

  private func sum(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "sum", atMost: 2, named: ["attribute", "start"])
    let path = try path(arguments.value(0, "attribute"), of: "sum")
    var total = arguments.value(1, "start") ?? .int(0)
    if case .string = total { throw fault("'sum' can't sum strings") }
    for item in try items(of: value) {
      total = try add(total, try follow(path, from: item))
    }
    return total
  }

  private func extreme(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: name, atMost: 2, named: ["case_sensitive", "attribute"])
    let keepsCase = arguments.value(0, "case_sensitive")?.isTrue ?? false
    let path = try path(arguments.value(1, "attribute"), of: name)
    var best: (key: JinjaValue, item: JinjaValue)?
    for item in try items(of: value) {
      let key = try sortKey(try follow(path, from: item), keepsCase: keepsCase)
      guard let current = best else {
        best = (key, item)
        continue
      }
      let isBetter = try name == "min" ? isLess(key, current.key) : isLess(current.key, key)
      if isBetter { best = (key, item) }
    }
    return best?.item ?? .undefined(nil)
  }
}
