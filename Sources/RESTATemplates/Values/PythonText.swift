/// Writes floating-point numbers as Python does.
enum PythonFloat {
  /// Python's `repr` of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e16.
  static func repr(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, point) = shortest(value.magnitude)
    if point > 16 || point < -3 {
      let exponent = point - 1
      let fraction = digits.dropFirst()
      let mantissa = String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
      let size = String(exponent.magnitude)
      return sign + mantissa + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    guard digits.count > point else {
      return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return sign + String(digits.prefix(point)) + "." + String(digits.dropFirst(point))
  }

  /// `json.dumps` of a float.
  static func json(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    return repr(value)
  }

  /// The shortest digits, and how many of them stand left of the decimal point.
  ///
  /// Swift prints the same shortest digits as Python; only the layout around them differs.
  private static func shortest(_ value: Double) -> (digits: String, point: Int) {
    let parts = value.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts.first.map(String.init) ?? "0"
    let whole = mantissa.prefix { $0 != "." }
    let all = mantissa.filter { $0 != "." }
    let leading = all.prefix { $0 == "0" }.count
    guard leading < all.count else { return ("0", 1) }
    var digits = String(all.dropFirst(leading))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, whole.count + exponent - leading)
  }
}

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
    if scalar.value < 0x100 { return "\\x" + scalar.value.hexadecimal(digits: 2) }
    if scalar.value < 0x10000 { return "\\u" + scalar.value.hexadecimal(digits: 4) }
    return "\\U" + scalar.value.hexadecimal(digits: 8)
  }
}

extension Unicode.Scalar {
  /// What Python's `str.isspace` and `strip` call whitespace.
  ///
  /// Unicode's White_Space, and the four ASCII information separators as well.
  var isPythonSpace: Bool {
    properties.isWhitespace || (0x1C...0x1F).contains(value)
  }

  /// What Python's `str.isalpha` calls a letter: neither a mark nor a number that looks like one.
  var isPythonLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// What Python's `str.isdigit` calls a digit: of any script, a superscript too.
  var isPythonDigit: Bool { [.decimal, .digit].contains(properties.numericType) }

  /// What Python's regular expressions call `\w`.
  var isPythonWordPart: Bool {
    self == "_" || isPythonLetter || properties.numericType != nil
  }

  /// Where Python's `splitlines` ends a line.
  var isLineBoundary: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// What Python's `repr` prints as it is: `str.isprintable`.
  var isPythonPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  var isDigit: Bool { ("0"..."9").contains(self) }

  /// Whether the scalar may be in an identifier (after its start, for digits).
  var isIdentifierPart: Bool {
    self == "_" || isDigit || ("a"..."z").contains(self) || ("A"..."Z").contains(self)
      || (value > 0x7F && properties.isXIDContinue)
  }
}

extension UnsignedInteger {
  /// In hexadecimal, at least so many digits.
  func hexadecimal(digits: Int) -> String {
    let text = String(self, radix: 16)
    return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
  }
}
