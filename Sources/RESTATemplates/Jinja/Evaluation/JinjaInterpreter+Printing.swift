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
}
