extension JinjaInterpreter {
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
      let field = format[index + 1..<end]
      let value = try formatValue(field, &automatic, arguments)
      let part = try printed(value)
      try charge(scalars: part.count)
      result.append(part)
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
