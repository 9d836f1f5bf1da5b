extension Unicode.Scalar {
  /// What Python's `str.isspace` and `strip` call whitespace.
  ///
  /// Unicode's White_Space, and the four ASCII information separators as well.
  var isPythonSpace: Bool {
    properties.isWhitespace || (0x1C...0x1F).contains(value)
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

  /// Whether the scalar is an ASCII digit.
  var isDigit: Bool { ("0"..."9").contains(self) }

  /// Whether the scalar may be in an identifier (after its start, for digits).
  var isIdentifierPart: Bool {
    self == "_" || isDigit || ("a"..."z").contains(self) || ("A"..."Z").contains(self)
      || (value > 0x7F && properties.isXIDContinue)
  }

  /// The scalar's code in hexadecimal, at least so many digits.
  func hexadecimal(digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
  }
}
