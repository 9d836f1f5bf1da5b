extension JinjaInterpreter {
  /// Methods of dictionaries that only read.
  static let dictionaryMethods: Set<String> = ["get", "items", "keys", "values", "copy"]

  /// Methods that Jinja's immutable sandbox hides.
  static let hiddenDictionaryMethods: Set<String> = [
    "clear", "pop", "popitem", "setdefault", "update",
  ]

  /// Methods of lists that only read.
  static let listMethods: Set<String> = ["index", "count", "copy"]

  func callMethod(
    _ name: String, of receiver: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    switch receiver {
    case .string(let text): return try callStringMethod(name, of: text, arguments)
    case .dictionary(let dictionary):
      return try callDictionaryMethod(name, of: dictionary, arguments)
    case .sequence(let sequence): return try callListMethod(name, of: sequence, arguments)
    case .loop(let loop):
      guard !arguments.positional.isEmpty else { throw fault("'cycle' needs an argument") }
      return arguments.positional[loop.index % arguments.positional.count]
    default: throw fault("a \(receiver.typeName) has no method '\(name)'")
    }
  }

  private func callDictionaryMethod(
    _ name: String, of dictionary: JinjaDictionary, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    switch name {
    case "get":
      try check(arguments, of: name, atMost: 2)
      if let key = arguments.positional.first { try charge(for: key) }
      guard let key = arguments.positional.first.flatMap(JinjaDictionary.Key.init) else {
        throw fault("'get' needs a key")
      }
      return dictionary[key] ?? arguments.value(1, "default") ?? .none
    case "keys": return try sequence(dictionary.keys, kind: .view("dict_keys"))
    case "values": return try sequence(dictionary.values, kind: .view("dict_values"))
    case "items": return try sequence(try pairs(of: dictionary), kind: .view("dict_items"))
    default: return .dictionary(dictionary)
    }
  }

  /// A dictionary's entries as tuples.
  func pairs(of dictionary: JinjaDictionary) throws(JinjaFault) -> [JinjaValue] {
    var pairs: [JinjaValue] = []
    for (key, value) in dictionary.pairs {
      pairs.append(try sequence([key, value], kind: .tuple))
    }
    return pairs
  }

  private func callListMethod(
    _ name: String, of sequence: JinjaSequence, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    guard name != "copy" else { return .sequence(sequence) }
    try check(arguments, of: name, atMost: 1)
    guard let wanted = arguments.positional.first else { throw fault("'\(name)' needs a value") }
    var count = 0
    for (index, item) in sequence.items.enumerated() where try isEqual(item, wanted) {
      if name == "index" { return .int(index) }
      count += 1
    }
    guard name == "count" else { throw fault("'index' finds no such item") }
    return .int(count)
  }

  /// Python's string methods that templates may call: those with arguments, and the others.
  static let stringMethods = Set(plainStringMethods.keys).union([
    "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith", "endswith",
    "replace", "join", "find", "rfind", "index", "count", "format", "removeprefix", "removesuffix",
  ])

  private static let plainStringMethods: [String: @Sendable (JinjaText) -> JinjaValue] = [
    "upper": { .string($0.uppercased) }, "lower": { .string($0.lowercased) },
    "title": { .string($0.titled) }, "capitalize": { .string($0.capitalized) },
    "isdigit": { .bool($0.consists(of: \.isPythonDigit)) },
    "isalpha": { .bool($0.consists(of: \.isPythonLetter)) },
    "isspace": { .bool($0.consists(of: \.isPythonSpace)) },
    "isupper": { .bool($0.isUppercase) }, "islower": { .bool($0.isLowercase) },
  ]

  func callStringMethod(
    _ name: String, of text: JinjaText, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try charge(scalars: text.count)
    if let method = Self.plainStringMethods[name] {
      try check(arguments, of: name, atMost: 0)
      let value = method(text)
      try charge(for: value)
      return value
    }
    switch name {
    case "strip": return .string(text.trimmed(.both, characters: try trimSet(arguments, name)))
    case "lstrip": return .string(text.trimmed(.start, characters: try trimSet(arguments, name)))
    case "rstrip": return .string(text.trimmed(.end, characters: try trimSet(arguments, name)))
    case "split", "rsplit": return try split(text, arguments, fromEnd: name == "rsplit")
    case "splitlines":
      let keep = arguments.value(0, "keepends")?.isTrue ?? false
      return try sequence(text.lines(keepingEnds: keep).map(JinjaValue.string))
    case "startswith": return .bool(try affixes(arguments, name).contains(where: text.hasPrefix))
    case "endswith": return .bool(try affixes(arguments, name).contains(where: text.hasSuffix))
    case "removeprefix":
      let prefix = try string(arguments.value(0, "prefix"), of: name)
      return .string(text.hasPrefix(prefix) ? text[prefix.count..<text.count] : text)
    case "removesuffix":
      let suffix = try string(arguments.value(0, "suffix"), of: name)
      return .string(text.hasSuffix(suffix) ? text[0..<text.count - suffix.count] : text)
    case "join": return try joined(try items(of: arguments.value(0, "iterable") ?? .none), text)
    case "replace":
      let count = try integer(arguments.value(2, "count"), of: name, default: -1)
      return try replaced(
        text, try string(arguments.value(0, "old"), of: name),
        try string(arguments.value(1, "new"), of: name), count: count)
    case "find", "rfind", "index", "count": return try search(text, name, arguments)
    case "format": return try braceFormat(text, arguments)
    default: throw fault("the method '\(name)' is not supported")
    }
  }

  /// Joins strings; all must be strings, as for Python's `str.join`.
  private func joined(
    _ items: [JinjaValue], _ separator: JinjaText
  ) throws(JinjaFault) -> JinjaValue {
    var parts: [JinjaText] = []
    for item in items {
      parts.append(try string(item, of: "join"))
      try charge(scalars: separator.count)
    }
    return .string(JinjaText.joined(parts, separator: separator))
  }

  /// Replaces, after paying for what that makes.
  func replaced(
    _ text: JinjaText, _ old: JinjaText, _ new: JinjaText, count: Int
  ) throws(JinjaFault) -> JinjaValue {
    let limit = count < 0 ? Int.max : count
    let hits = text.occurrences(of: old, limit: limit).count
    let (added, overflow) = hits.multipliedReportingOverflow(by: new.count)
    try charge(scalars: overflow ? .max : text.count + min(added, limits.scalars))
    return .string(text.replacing(old, with: new, limit: limit))
  }

  private func trimSet(
    _ arguments: JinjaCallArguments, _ name: String
  ) throws(JinjaFault) -> JinjaText? {
    try check(arguments, of: name, atMost: 1)
    return try optionalString(arguments.value(0, "chars"), of: name)
  }

  private func affixes(
    _ arguments: JinjaCallArguments, _ name: String
  ) throws(JinjaFault) -> [JinjaText] {
    try check(arguments, of: name, atMost: 1)
    guard case .sequence(let sequence)? = arguments.positional.first, sequence.kind == .tuple
    else { return [try string(arguments.positional.first, of: name)] }
    var affixes: [JinjaText] = []
    for item in sequence.items { affixes.append(try string(item, of: name)) }
    return affixes
  }

  private func split(
    _ text: JinjaText, _ arguments: JinjaCallArguments, fromEnd: Bool
  ) throws(JinjaFault) -> JinjaValue {
    let separator = try optionalString(arguments.value(0, "sep"), of: "split")
    guard separator?.isEmpty != true else { throw fault("'split' needs a separator") }
    let count = try integer(arguments.value(1, "maxsplit"), of: "split", default: -1)
    let limit = count < 0 ? Int.max : count
    let parts =
      fromEnd
      ? text.splitFromEnd(separator: separator, limit: limit)
      : text.split(separator: separator, limit: limit)
    return try sequence(parts.map(JinjaValue.string))
  }

  private func search(
    _ text: JinjaText, _ name: String, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: name, atMost: 1)
    let pattern = try string(arguments.positional.first, of: name)
    switch name {
    case "count": return .int(text.occurrences(of: pattern).count)
    case "rfind":
      let start = text.reversed.occurrences(of: pattern.reversed, limit: 1).first
      return .int(start.map { text.count - $0 - pattern.count } ?? -1)
    default:
      let start = text.occurrences(of: pattern, limit: 1).first
      if name == "index", start == nil { throw fault("'index' finds no such part") }
      return .int(start ?? -1)
    }
  }
}

extension JinjaText {
  /// Whether there are scalars and all pass a check.
  func consists(of check: (Unicode.Scalar) -> Bool) -> Bool {
    !isEmpty && units.allSatisfy { check($0.scalar) }
  }
}
