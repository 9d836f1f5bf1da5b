extension JinjaInterpreter {
  /// Python's `str`, as `{{ }}` prints it.
  func printed(_ value: JinjaValue) throws(JinjaFault) -> JinjaText {
    switch value {
    case .undefined: return JinjaText()
    case .string(let text): return text
    default: return try repr(value)
    }
  }

  /// Python's `repr`.
  func repr(_ value: JinjaValue) throws(JinjaFault) -> JinjaText {
    try charge()
    switch value {
    case .undefined: return JinjaText("Undefined")
    case .none: return JinjaText("None")
    case .bool(let value): return JinjaText(value ? "True" : "False")
    case .int(let value): return JinjaText(String(value))
    case .float(let value): return JinjaText(PythonFloat.repr(value))
    case .string(let text):
      try charge(scalars: text.count)
      return text.isMarkup
        ? JinjaText("Markup(") + text.pythonRepr + JinjaText(")") : text.pythonRepr
    case .sequence(let sequence): return try repr(sequence)
    case .dictionary(let dictionary): return try repr(dictionary)
    case .namespace, .loop, .macro, .function, .method:
      throw fault("a \(value.typeName) can't be printed")
    }
  }

  private func repr(_ sequence: JinjaSequence) throws(JinjaFault) -> JinjaText {
    switch sequence.kind {
    case .list: return try repr(sequence.items, "[", "]")
    case .tuple: return try repr(sequence.items, "(", sequence.items.count == 1 ? ",)" : ")")
    case .view(let name): return try repr(sequence.items, name + "([", "])")
    case .range(let start, let stop, let step):
      return JinjaText("range(\(start), \(stop)" + (step == 1 ? ")" : ", \(step))"))
    case .generator: throw fault("a generator can't be printed; make it a list with '|list'")
    }
  }

  private func repr(
    _ items: [JinjaValue], _ opening: String, _ closing: String
  ) throws(JinjaFault) -> JinjaText {
    var result = JinjaText(opening)
    for (index, item) in items.enumerated() {
      if index > 0 { result.append(", ") }
      result.append(try repr(item))
    }
    result.append(closing)
    try charge(scalars: result.count)
    return result
  }

  private func repr(_ dictionary: JinjaDictionary) throws(JinjaFault) -> JinjaText {
    var result = JinjaText("{")
    for (index, entry) in dictionary.pairs.enumerated() {
      if index > 0 { result.append(", ") }
      result.append(try repr(entry.key))
      result.append(": ")
      result.append(try repr(entry.value))
    }
    result.append("}")
    try charge(scalars: result.count)
    return result
  }

  /// Python's `str.format`, for fields without a format specification.
  func braceFormat(
    _ format: JinjaText, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    var result = JinjaText()
    var automatic = 0
    var index = 0
    while index < format.count {
      let scalar = format.units[index].scalar
      guard scalar == "{" || scalar == "}" else {
        result.units.append(format.units[index])
        index += 1
        continue
      }
      if index + 1 < format.count, format.units[index + 1].scalar == scalar {
        result.units.append(format.units[index])
        index += 2
        continue
      }
      guard scalar == "{", let end = format.units[index...].firstIndex(where: { $0.scalar == "}" })
      else { throw fault("'format' finds a brace without its pair") }
      result.append(try softText(try formatValue(format[index + 1..<end], &automatic, arguments)))
      index = end + 1
    }
    return try text(result)
  }

  private func formatValue(
    _ written: JinjaText, _ automatic: inout Int, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    let field = written.string
    if let place = field.isEmpty ? automatic : Int(field) {
      if field.isEmpty { automatic += 1 }
      guard arguments.positional.indices.contains(place) else {
        throw fault("'format' has too few arguments")
      }
      return arguments.positional[place]
    }
    guard field.unicodeScalars.allSatisfy(\.isIdentifierPart) else {
      throw fault("'format' supports plain fields only: {}, {0}, {name}")
    }
    guard let value = arguments.named.first(where: { $0.name == field })?.value else {
      // A field's name may be a message's text, which errors may not quote.
      throw fault("'format' has no argument for a field" + (written.hasOrigin ? "" : " '\(field)'"))
    }
    return value
  }

  /// Python's `%` on strings, for `%s`, `%d` of integers, `%r` and `%%`.
  func percentFormat(
    _ format: JinjaText, _ operand: JinjaValue
  ) throws(JinjaFault) -> JinjaValue {
    try charge(scalars: format.count)
    var values = [operand][...]
    if case .sequence(let sequence) = operand, sequence.kind == .tuple {
      values = sequence.items[...]
    }
    var result = JinjaText()
    var units = format.units[...]
    while let unit = units.popFirst() {
      guard unit.scalar == "%" else {
        result.units.append(unit)
        continue
      }
      let directive = units.popFirst()?.scalar
      if directive == "%" {
        result.append("%")
        continue
      }
      guard let value = values.popFirst() else { throw fault("'%' has too few values") }
      let part = try percentField(directive, value)
      try charge(scalars: part.count)
      result.append(part)
    }
    guard values.isEmpty else { throw fault("'%' has too many values") }
    return try text(result)
  }

  private func percentField(
    _ directive: Unicode.Scalar?, _ value: JinjaValue
  ) throws(JinjaFault) -> JinjaText {
    switch directive {
    case "s": return try printed(value)
    case "r": return try repr(value)
    case "d":
      guard let number = value.integer else {
        throw fault("'%d' needs an integer, not a \(value.typeName)")
      }
      return JinjaText(String(number))
    default: throw fault("'%' supports %s, %d, %r and %% only")
    }
  }
}
