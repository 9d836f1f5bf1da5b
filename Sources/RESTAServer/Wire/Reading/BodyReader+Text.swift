extension BodyReader {
  /// Reads a string as UTF-8, from its opening quote to its closing one.
  mutating func text() throws(APIError) -> [UInt8] {
    var text: [UInt8] = []
    position += 1
    while true {
      let start = position
      while let byte = peek(), byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
      {
        position += 1
      }
      text += bytes[start..<position]
      switch peek() {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"): text += String(try escaped()).utf8
      case nil: throw error("the body ends inside a string")
      default: throw error("a control character is inside a string; write it as an escape")
      }
    }
  }

  private mutating func escaped() throws(APIError) -> Unicode.Scalar {
    let start = position
    position += 1
    let name = peek()
    position += 1
    switch name {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try scalar(from: start)
    default:
      position = start
      throw error("this escape is not one of JSON's; a backslash itself is written as \\\\")
    }
  }

  /// Reads what is behind `\u`: four digits, or two times four for a scalar beyond them.
  private mutating func scalar(from start: Int) throws(APIError) -> Unicode.Scalar {
    var code = try hexadecimal(from: start)
    if (0xD800..<0xDC00).contains(code), take("\\") {
      let low: UInt32 = take("u") ? try hexadecimal(from: start) : 0
      // Without its other half the first one stays what it is, which is no scalar.
      if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      position = start
      throw error("half of a surrogate pair is no character")
    }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(APIError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        position = start
        throw error("four hexadecimal digits are expected behind \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
