extension BodyReader {
  /// Reads a number; a whole one is an integer however it is written, as long as it is certain.
  mutating func number() throws(APIError) -> BodyValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = bytes[start..<position]
    guard text.count <= Self.maximumNumberLength else {
      position = start
      throw error("the number has more than \(Self.maximumNumberLength) characters")
    }
    let spelling = String(decoding: text, as: UTF8.self)
    if let integer = Int128(spelling), Self.integers.contains(integer) { return .integer(integer) }
    guard let double = Double(spelling), double.isFinite else {
      position = start
      throw error("the number is out of range")
    }
    // From 2^53 on a double may be the neighbour of what was written: no seed is taken from one.
    guard double.magnitude < 0x1p53, let integer = Int128(exactly: double) else {
      return .number(double)
    }
    return .integer(integer)
  }

  private static let integers = Int128(Int64.min)...Int128(UInt64.max)

  private mutating func digits() throws(APIError) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    if position == start { throw error("a digit is expected") }
  }

  func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  /// The place of the fault, and what would be right there.
  func error(_ message: String) -> APIError {
    APIError.invalid("The body cannot be read as JSON: at byte \(position), \(message).")
  }
}
