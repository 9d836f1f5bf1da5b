/// Reads JSON (RFC 8259) from UTF-8 bytes.
///
/// Written out instead of taken from a library for its errors, which name line and column, for keys
/// that occur twice, which libraries take in silence, and for strings that come out byte for byte
/// the same on every platform.
struct JSONReader {
  /// Arrays and objects inside one another; deeper ones could exhaust the stack.
  static let maximumDepth = 128

  private let name: String
  private let bytes: ArraySlice<UInt8>
  private let firstLine: Int
  var position: Int

  private init(_ bytes: ArraySlice<UInt8>, name: String, firstLine: Int) {
    self.bytes = bytes
    self.name = name
    self.firstLine = firstLine
    position = bytes.startIndex
  }

  /// Reads one value and nothing behind it.
  ///
  /// - Parameters:
  ///   - bytes: Valid UTF-8.
  ///   - name: The file's name, for errors.
  ///   - firstLine: The line of the file on which the bytes begin. Default: 1.
  /// - Returns: The value; a whole number that fits 64 bits is an integer, however it is written.
  /// - Throws: ``EvaluationError`` with `FILE:LINE:COLUMN`; columns count scalars, from 1.
  /// - Complexity: O(bytes).
  static func value(
    of bytes: ArraySlice<UInt8>, name: String, firstLine: Int = 1
  ) throws(EvaluationError) -> JSONValue {
    var reader = JSONReader(bytes, name: name, firstLine: firstLine)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.peek() != nil { throw reader.error("there is text behind the end of the value") }
    return value
  }

  private mutating func value(depth: Int) throws(EvaluationError) -> JSONValue {
    skipSpace()
    guard depth <= Self.maximumDepth else {
      throw error("more than \(Self.maximumDepth) arrays and objects inside one another")
    }
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    case nil: throw error("the text ends where a value is expected")
    default: throw error("a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(EvaluationError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    position += 1
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
      let start = position
      let key = try string()
      skipSpace()
      guard take(":") else { throw error("':' is expected behind a key") }
      let member = try value(depth: depth + 1)
      if members.updateValue(member, forKey: key) != nil {
        position = start
        throw error("the key occurs twice in its object")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("',' or '}' is expected") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(EvaluationError) -> JSONValue {
    var elements: [JSONValue] = []
    position += 1
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("',' or ']' is expected") }
    return .array(elements)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(EvaluationError)
    -> JSONValue
  {
    guard bytes[position...].starts(with: word.utf8) else { throw error("a value is expected") }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(EvaluationError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int64(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      position = start
      throw error("the number is out of range")
    }
    return Int64(exactly: double).map { .integer($0) } ?? .number(double)
  }

  private mutating func digits() throws(EvaluationError) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    if position == start { throw error("a digit is expected") }
  }

  func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  func error(_ message: String) -> EvaluationError {
    let before = bytes[bytes.startIndex..<position]
    let line = before.count { $0 == UInt8(ascii: "\n") } + firstLine
    let tail = before.lastIndex(of: UInt8(ascii: "\n")).map { before[($0 + 1)...] } ?? before
    // Continuation bytes begin no scalar.
    let column = tail.count { $0 & 0xC0 != 0x80 } + 1
    return EvaluationError(.invalidData, "\(name):\(line):\(column): \(message)")
  }
}
