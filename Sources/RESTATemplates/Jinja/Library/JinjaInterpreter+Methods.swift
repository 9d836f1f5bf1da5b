extension JinjaInterpreter {
  /// Methods of dictionaries that only read.
  static let dictionaryMethods: Set<String> = ["get", "items", "keys", "values", "copy"]

  /// Methods that Jinja's immutable sandbox hides.
  static let hiddenDictionaryMethods: Set<String> = [
    "clear", "pop", "popitem", "setdefault", "update",
  ]

  /// Methods of lists that only read.
  static let listMethods: Set<String> = ["index", "count", "copy"]

  /// Calls a method of a value.
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
}
