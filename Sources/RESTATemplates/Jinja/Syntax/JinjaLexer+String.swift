extension JinjaLexer {
  /// Reads a string literal with Python's escapes; the position is at its opening quote.
  mutating func stringLiteral() throws(JinjaFault) -> String {
    let start = line
    let quote = source[position]
    position += 1
    var result = String.UnicodeScalarView()
    while let next = scalar(at: position) {
      if next == quote {
        position += 1
        return String(result)
      }
      if next == "\\", scalar(at: position + 1) != nil {
        try escape(into: &result)
      } else {
        result.append(next)
        advance()
      }
    }
    throw JinjaFault(message: "the string is not closed", line: start)
  }

  private mutating func escape(into result: inout String.UnicodeScalarView) throws(JinjaFault) {
    let letter = source[position + 1]
    position += 1
    advance()
    switch letter {
    case "\n": break
    case "\\", "'", "\"": result.append(letter)
    case "a": result.append("\u{7}")
    case "b": result.append("\u{8}")
    case "f": result.append("\u{C}")
    case "n": result.append("\n")
    case "r": result.append("\r")
    case "t": result.append("\t")
    case "v": result.append("\u{B}")
    case "x": result.append(try code(digits: 2))
    case "u": result.append(try code(digits: 4))
    case "U": result.append(try code(digits: 8))
    case "0"..."7": result.append(octal(first: letter))
    case "N": throw fault("\\N{...} is not supported")
    default:
      // Python keeps the backslash of an escape it doesn't know.
      result.append("\\")
      result.append(letter)
    }
  }

  private mutating func code(digits: Int) throws(JinjaFault) -> Unicode.Scalar {
    let end = position + digits
    guard end <= source.count, let value = UInt32(text(position..<end), radix: 16),
      source[position] != "+", let scalar = Unicode.Scalar(value)
    else {
      throw fault("an escape needs \(digits) hexadecimal digits of a Unicode scalar")
    }
    position = end
    return scalar
  }

  private mutating func octal(first: Unicode.Scalar) -> Unicode.Scalar {
    var value = first.value - 0x30
    var length = 1
    while length < 3, let next = scalar(at: position), ("0"..."7").contains(next) {
      value = value * 8 + next.value - 0x30
      position += 1
      length += 1
    }
    // Three octal digits stay below 512, where every code is a scalar.
    return Unicode.Scalar(value) ?? first
  }
}
