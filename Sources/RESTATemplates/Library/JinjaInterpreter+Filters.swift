extension JinjaInterpreter {
  func filter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    if let result = try textFilter(name, value, arguments) { return result }
    if let result = try selectionFilter(name, value, arguments) { return result }
    if let result = try listFilter(name, value, arguments) { return result }
    if let result = try numberFilter(name, value, arguments) { return result }
    switch name {
    case "default", "d":
      try check(arguments, of: name, atMost: 2, named: ["default_value", "boolean"])
      let replacesFalse = arguments.value(1, "boolean")?.isTrue ?? false
      guard value.isUndefined || (replacesFalse && !value.isTrue) else { return value }
      return arguments.value(0, "default_value") ?? .string(JinjaText())
    case "attr":
      let attribute = try string(arguments.positional.first, of: name)
      // Unlike a dot, `attr` never falls back on the entries.
      if case .dictionary(let dictionary) = value, dictionary[.string(attribute)] != nil,
        !Self.dictionaryMethods.contains(attribute.string)
      {
        return .undefined(nil)
      }
      let found = try self.attribute(attribute.string, of: value)
      return found.isUndefined ? .undefined(nil) : found
    case "tojson": return try toJSON(value, arguments)
    default: throw fault("there is no filter '\(name)'")
    }
  }

  /// A value as text, for filters that take anything: Jinja's `soft_str`.
  func softText(_ value: JinjaValue) throws(JinjaFault) -> JinjaText {
    let text = try printed(value)
    try charge(scalars: text.count)
    return text
  }

  private func textFilter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue? {
    switch name {
    case "trim":
      try check(arguments, of: name, atMost: 1, named: ["chars"])
      let characters = try optionalString(arguments.value(0, "chars"), of: name)
      return .string(try softText(value).trimmed(characters: characters))
    case "upper": return try text(try softText(value).uppercased)
    case "lower": return try text(try softText(value).lowercased)
    case "title": return try text(try softText(value).titledByWord)
    case "capitalize": return try text(try softText(value).capitalized)
    case "string": return .string(try softText(value))
    case "safe":
      return .string(JinjaText(try softText(value).units, isMarkup: true))
    case "e", "escape": return try text(try softText(value).escaped)
    case "forceescape": return try text(JinjaText(try softText(value).units).escaped)
    case "replace":
      try check(arguments, of: name, atMost: 3, named: ["old", "new", "count"])
      guard let old = arguments.value(0, "old"), let new = arguments.value(1, "new") else {
        throw fault("'replace' needs two strings")
      }
      let count = try integer(arguments.value(2, "count"), of: name, default: -1)
      return try replaced(
        try softText(value), try softText(old), try softText(new), count: count)
    case "indent": return try indented(value, arguments)
    case "format":
      guard arguments.named.isEmpty else { throw fault("'format' supports no named values") }
      return try percentFormat(
        try softText(value), try sequence(arguments.positional, kind: .tuple))
    case "wordcount":
      return .int(try softText(value).units.split { !$0.scalar.isPythonWordPart }.count)
    default: return nil
    }
  }

  private func indented(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "indent", atMost: 3, named: ["width", "first", "blank"])
    var indent: JinjaText
    if case .string(let text)? = arguments.value(0, "width") {
      indent = text
    } else {
      let width = try integer(arguments.value(0, "width"), of: "indent", default: 4)
      guard width <= 1000 else { throw fault("'indent' indents by 1000 at most") }
      indent = JinjaText(String(repeating: " ", count: max(width, 0)))
    }
    let indentsFirst = arguments.value(1, "first")?.isTrue ?? false
    let indentsBlank = arguments.value(2, "blank")?.isTrue ?? false
    let source = try string(value, of: "indent")
    var result = JinjaText([], isMarkup: source.isMarkup)
    for (index, line) in (source + JinjaText("\n")).lines().enumerated() {
      try charge(scalars: indent.count + 1)
      if index > 0 { result.append("\n") }
      let indents = index == 0 ? indentsFirst : indentsBlank || !line.isEmpty
      if indents { result.append(indent) }
      result.append(line)
    }
    return try text(result)
  }

  /// Filters on numbers; `nil` where the name is none of theirs.
  func numberFilter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue? {
    switch name {
    case "int", "float":
      try check(arguments, of: name, atMost: 1, named: ["default"])
      if case .undefined(let missing) = value { throw undefinedFault(missing) }
      try charge(for: value)
      let fallback = arguments.value(0, "default")
      if name == "int" { return try wholeNumber(value) ?? fallback ?? .int(0) }
      return number(value).map(JinjaValue.float) ?? fallback ?? .float(0)
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
    let digits = text.trimmed().string.filter { $0 != "_" }
    // Swift reads hexadecimals and "nan(1)" too; Python's float does not.
    return digits.contains { "xX(".contains($0) } ? nil : Double(digits)
  }

  private func wholeNumber(_ value: JinjaValue) throws(JinjaFault) -> JinjaValue? {
    if let integer = value.integer { return .int(integer) }
    if case .string(let text) = value, let integer = Int(text.trimmed().string) {
      return .int(integer)
    }
    // Jinja goes through float for text, so that "42.9"|int is 42.
    guard let number = number(value), number.isFinite else { return nil }
    guard let whole = Int(exactly: number.rounded(.towardZero)) else {
      throw fault("a number does not fit into 64 bits")
    }
    return .int(whole)
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
    let scaled = number * factor
    // Python's ceil and floor are integers, which have no -0.
    guard method == "common" else { return .float((scaled.rounded(rule) + 0) / factor) }
    guard scaled.magnitude < 0x1p53 else { return .float(number) }
    // Python rounds the number, and not its product: what that lost decides where it looks like a tie.
    let lost = (-scaled).addingProduct(number, factor)
    let isTie = lost != 0 && (scaled - scaled.rounded(.down)) == 0.5
    return .float(scaled.rounded(!isTie ? rule : lost > 0 ? .up : .down) / factor)
  }

  private func sum(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "sum", atMost: 2, named: ["attribute", "start"])
    let path = try path(arguments.value(0, "attribute"), of: "sum")
    var total = arguments.value(1, "start") ?? .int(0)
    if case .string = total { throw fault("'sum' can't sum strings") }
    for item in try items(of: value) {
      total = try compute(.add, total, try follow(path, from: item))
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
      if let best {
        guard try name == "min" ? isLess(key, best.key) : isLess(best.key, key) else { continue }
      }
      best = (key, item)
    }
    return best?.item ?? .undefined(nil)
  }
}
