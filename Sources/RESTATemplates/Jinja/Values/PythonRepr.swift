extension JinjaText {
  /// Python's `repr` of the string: quoted, with escapes; an escape keeps its scalar's origin.
  var pythonRepr: JinjaText {
    let hasSingle = units.contains { $0.scalar == "'" }
    let hasDouble = units.contains { $0.scalar == "\"" }
    let quote: Unicode.Scalar = hasSingle && !hasDouble ? "\"" : "'"
    var result = JinjaText(String(quote))
    for unit in units {
      let text = Self.repr(of: unit.scalar, quote: quote)
      result.append(JinjaText(text, origin: unit.origin))
    }
    result.append(String(quote))
    return result
  }

  private static func repr(of scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote, "\\": return "\\" + String(scalar)
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    if scalar.isPythonPrintable { return String(scalar) }
    if scalar.value < 0x100 { return "\\x" + scalar.hexadecimal(digits: 2) }
    if scalar.value < 0x10000 { return "\\u" + scalar.hexadecimal(digits: 4) }
    return "\\U" + scalar.hexadecimal(digits: 8)
  }
}
