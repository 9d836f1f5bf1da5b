extension JinjaInterpreter {
  /// Filters on lists; `nil` where the name is none of theirs.
  func listFilter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue? {
    switch name {
    case "length", "count": return .int(try length(of: value))
    case "list": return try sequence(try items(of: value))
    case "first": return try items(of: value).first ?? .undefined(nil)
    case "last": return try items(of: value).last ?? .undefined(nil)
    case "join": return try joined(value, arguments)
    case "reverse":
      if case .string(let text) = value { return try self.text(text.reversed) }
      return try sequence(try items(of: value).reversed(), kind: .generator)
    case "items":
      if value.isUndefined { return try sequence([], kind: .generator) }
      guard case .dictionary(let dictionary) = value else {
        throw fault("'items' needs a dictionary, not a \(value.typeName)")
      }
      return try sequence(try pairs(of: dictionary), kind: .generator)
    case "dictsort": return try dictionarySorted(value, arguments)
    case "sort": return try sorted(value, arguments)
    case "unique": return try unique(value, arguments)
    case "batch": return try batches(of: value, arguments)
    default: return nil
    }
  }

  private func length(of value: JinjaValue) throws(JinjaFault) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text): return text.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .sequence(let sequence) where sequence.kind != .generator: return sequence.items.count
    default: throw fault("a \(value.typeName) has no length")
    }
  }

  private func joined(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "join", atMost: 2, named: ["d", "attribute"])
    let separator = try printed(arguments.value(0, "d") ?? .string(JinjaText()))
    let path = try path(arguments.value(1, "attribute"), of: "join")
    var parts: [JinjaText] = []
    for item in try items(of: value) {
      parts.append(try softText(try follow(path, from: item)))
      try charge(scalars: separator.count)
    }
    return .string(JinjaText.joined(parts, separator: separator))
  }

  private func dictionarySorted(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "dictsort", atMost: 3, named: ["case_sensitive", "by", "reverse"])
    guard case .dictionary(let dictionary) = value else {
      throw fault("'dictsort' needs a dictionary, not a \(value.typeName)")
    }
    let order = try string(arguments.value(1, "by") ?? .string(JinjaText("key")), of: "dictsort")
    guard ["key", "value"].contains(order.string) else {
      throw fault("'dictsort' sorts by 'key' or 'value'")
    }
    let place = order.string == "key" ? 0 : 1
    let keepsCase = arguments.value(0, "case_sensitive")?.isTrue ?? false
    var keyed: [(key: JinjaValue, item: JinjaValue)] = []
    for (key, entry) in dictionary.pairs {
      let pair = try sequence([key, entry], kind: .tuple)
      keyed.append((try sortKey(place == 0 ? key : entry, keepsCase: keepsCase), pair))
    }
    return try sequence(try sorted(keyed, reverse: arguments.value(2, "reverse")))
  }

  private func sorted(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(
      arguments, of: "sort", atMost: 3, named: ["reverse", "case_sensitive", "attribute"])
    let keepsCase = arguments.value(1, "case_sensitive")?.isTrue ?? false
    let path = try path(arguments.value(2, "attribute"), of: "sort")
    var keyed: [(key: JinjaValue, item: JinjaValue)] = []
    for item in try items(of: value) {
      keyed.append((try sortKey(try follow(path, from: item), keepsCase: keepsCase), item))
    }
    return try sequence(try sorted(keyed, reverse: arguments.value(0, "reverse")))
  }

  private func unique(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "unique", atMost: 2, named: ["case_sensitive", "attribute"])
    let keepsCase = arguments.value(0, "case_sensitive")?.isTrue ?? false
    let path = try path(arguments.value(1, "attribute"), of: "unique")
    var seen: Set<JinjaDictionary.Key> = []
    var kept: [JinjaValue] = []
    for item in try items(of: value) {
      let value = try sortKey(try follow(path, from: item), keepsCase: keepsCase)
      try charge(for: value)
      guard let key = JinjaDictionary.Key(value) else {
        throw fault("'unique' doesn't work on a \(value.typeName)")
      }
      if seen.insert(key).inserted { kept.append(item) }
    }
    return try sequence(kept, kind: .generator)
  }

  private func batches(
    of value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "batch", atMost: 2, named: ["linecount", "fill_with"])
    let size = try integer(arguments.value(0, "linecount"), of: "batch", default: 0)
    guard (1...limits.range).contains(size) else { throw fault("'batch' needs a size") }
    let items = try items(of: value)
    var batches: [JinjaValue] = []
    for start in stride(from: 0, to: items.count, by: size) {
      var batch = Array(items[start..<min(start + size, items.count)])
      switch arguments.value(1, "fill_with") {
      case nil, .some(.none): break
      case let filler?: batch += repeatElement(filler, count: size - batch.count)
      }
      batches.append(try sequence(batch))
    }
    return try sequence(batches, kind: .generator)
  }
}
