extension JinjaInterpreter {
  struct JSONLayout {
    /// One level of indentation; `nil` for all on one line.
    var indent: JinjaText?
    var itemSeparator: JinjaText
    var keySeparator: JinjaText
    var sortsKeys: Bool
    var isASCII: Bool
  }

  /// Hugging Face's `tojson`: `json.dumps` with `ensure_ascii=False`, and no HTML escaping.
  func toJSON(_ value: JinjaValue, _ arguments: JinjaCallArguments) throws(JinjaFault) -> JinjaValue
  {
    let layout = try layout(arguments)
    var result = JinjaText()
    try writeJSON(value, layout, level: 0, into: &result)
    return try text(result)
  }

  private func layout(_ arguments: JinjaCallArguments) throws(JinjaFault) -> JSONLayout {
    // Hugging Face's order: ensure_ascii, indent, separators, sort_keys.
    try check(
      arguments, of: "tojson", atMost: 4,
      named: ["ensure_ascii", "indent", "separators", "sort_keys"])
    var indent: JinjaText?
    switch arguments.value(1, "indent") {
    case nil, .some(.none): indent = nil
    case .string(let text)?: indent = text
    case let width:
      let count = try integer(width, of: "tojson", default: 0)
      guard count <= 100 else { throw fault("'tojson' indents by 100 at most") }
      indent = JinjaText(String(repeating: " ", count: max(count, 0)))
    }
    var separators = (JinjaText(indent == nil ? ", " : ","), JinjaText(": "))
    if let given = arguments.value(2, "separators"), given.isTrue {
      let parts = try items(of: given)
      guard parts.count == 2 else { throw fault("'tojson' needs two separators") }
      separators = (try string(parts[0], of: "tojson"), try string(parts[1], of: "tojson"))
    }
    return JSONLayout(
      indent: indent, itemSeparator: separators.0, keySeparator: separators.1,
      sortsKeys: arguments.value(3, "sort_keys")?.isTrue ?? false,
      isASCII: arguments.value(0, "ensure_ascii")?.isTrue ?? false)
  }

  private func writeJSON(
    _ value: JinjaValue, _ layout: JSONLayout, level: Int, into result: inout JinjaText
  ) throws(JinjaFault) {
    try charge()
    switch value {
    case .none: result.append("null")
    case .bool(let value): result.append(value ? "true" : "false")
    case .int(let value): result.append(String(value))
    case .float(let value): result.append(PythonFloat.json(value))
    case .string(let text):
      try charge(scalars: text.count)
      result.append(text.json(isASCII: layout.isASCII))
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      try writeItems(sequence.items.count, "[", "]", layout, level, &result) {
        index, result throws(JinjaFault) in
        try writeJSON(sequence.items[index], layout, level: level + 1, into: &result)
      }
    case .dictionary(let dictionary):
      let entries = try entries(of: dictionary, layout)
      try writeItems(entries.count, "{", "}", layout, level, &result) {
        index, result throws(JinjaFault) in
        result.append(try jsonKey(entries[index].key).json(isASCII: layout.isASCII))
        result.append(layout.keySeparator)
        try writeJSON(entries[index].value, layout, level: level + 1, into: &result)
      }
    default: throw fault("a \(value.typeName) can't be written as JSON")
    }
  }

  private func writeItems(
    _ count: Int, _ opening: String, _ closing: String, _ layout: JSONLayout, _ level: Int,
    _ result: inout JinjaText, _ write: (Int, inout JinjaText) throws(JinjaFault) -> Void
  ) throws(JinjaFault) {
    func newLine(_ level: Int, _ result: inout JinjaText) throws(JinjaFault) {
      guard let indent = layout.indent else { return }
      try charge(scalars: level * indent.count + 1)
      result.append("\n")
      for _ in 0..<level { result.append(indent) }
    }
    result.append(opening)
    for index in 0..<count {
      if index > 0 { result.append(layout.itemSeparator) }
      try charge(scalars: layout.itemSeparator.count + layout.keySeparator.count)
      try newLine(level + 1, &result)
      try write(index, &result)
    }
    if count > 0 { try newLine(level, &result) }
    result.append(closing)
  }

  private func entries(
    of dictionary: JinjaDictionary, _ layout: JSONLayout
  ) throws(JinjaFault) -> [(key: JinjaValue, value: JinjaValue)] {
    guard layout.sortsKeys else { return dictionary.pairs }
    return try sorted(dictionary.pairs) { left, right throws(JinjaFault) in
      try isLess(left.key, right.key)
    }
  }

  private func jsonKey(_ key: JinjaValue) throws(JinjaFault) -> JinjaText {
    switch key {
    case .string(let text): text
    case .bool(let value): JinjaText(value ? "true" : "false")
    case .none: JinjaText("null")
    case .undefined: throw fault("an undefined key can't be written as JSON")
    default: try printed(key)
    }
  }
}

extension JinjaText {
  /// The string in JSON's quotes; an escape keeps its scalar's origin.
  func json(isASCII: Bool) -> JinjaText {
    var result = JinjaText("\"")
    for unit in units {
      if let escape = Self.jsonEscape(unit.scalar, isASCII: isASCII) {
        result.append(JinjaText(escape, origin: unit.origin))
      } else {
        result.units.append(unit)
      }
    }
    result.append("\"")
    return result
  }

  private static func jsonEscape(_ scalar: Unicode.Scalar, isASCII: Bool) -> String? {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{8}": return "\\b"
    case "\u{C}": return "\\f"
    default: break
    }
    guard scalar.value < 0x20 || (isASCII && scalar.value > 0x7E) else { return nil }
    return UTF16.encode(scalar)?.map { "\\u" + $0.hexadecimal(digits: 4) }.joined()
  }
}
