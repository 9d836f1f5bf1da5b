extension JSONReader {
  /// Reads a string, the quotes included.
  mutating func string() throws(EvaluationError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"):
        content += try escape()
      case 0..<0x20:
        throw error("a control character inside a string; write it as an escape, such as \\n")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw error("the text ends inside a string")
  }

  private mutating func escape() throws(EvaluationError) -> [UInt8] {
    let start = position
    position += 1
    let byte = peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return byte.map { [$0] } ?? []
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicodeEscape(from: start)
    default:
      position = start
      throw error("an unknown escape; write a backslash as \\\\")
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(EvaluationError) -> [UInt8] {
    var code = try hexadecimals(from: start)
    if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
      let low = try hexadecimals(from: start)
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(code) else {
      position = start
      throw error("half of a surrogate pair, which is no character")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimals(from start: Int) throws(EvaluationError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = peek().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        position = start
        throw error("four hexadecimal digits are expected behind \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
