/// Reads JSON (RFC 8259) from UTF-8 bytes: data files, and bodies that come from anyone.
///
/// Written out because it has to do what libraries do not: it is linear in the bytes and bounded in
/// depth whatever they are, keeps 64-bit integers exact, refuses a key that occurs twice (which of the
/// two a library takes differs from the proxy in front of it), gives strings byte for byte, and its
/// errors say where the fault is without a byte of what is there.
package struct JSONReader {
  /// What is read at most.
  package struct Limits: Sendable {
    /// Arrays and objects inside one another; deeper ones could exhaust the stack.
    package var depth = 128
    /// The longest number in characters: no double needs a third of 128, and what is longer only costs.
    package var numberLength = 128
    /// Whether what Python's reader takes is taken: `NaN` and `Infinity`, numbers of any length and size,
    /// keys that occur twice, and halves of surrogate pairs.
    package var isPythonic = false

    package init(depth: Int = 128) { self.depth = depth }

    /// What Python's `json.loads` accepts; an answer that nests deeper than its own stack fails there too.
    package static let python = {
      var limits = Limits(depth: 500)
      limits.isPythonic = true
      return limits
    }()
  }

  /// Why some bytes are no JSON, and where.
  package struct Fault: Error, Equatable {
    /// The byte, from 0.
    package let offset: Int
    /// What is wrong there, without anything that is there.
    package let message: String

    /// The line and the column in scalars, both from 1.
    package func place(in bytes: some Collection<UInt8>) -> (line: Int, column: Int) {
      let before = Array(bytes.prefix(offset))
      var place = SourceFile.Place()
      place.advance(to: offset, in: before)
      // The mark is no column that an editor shows.
      let isMarked = place.line == 1 && before.starts(with: TextEncoding.mark)
      return (place.line, place.column - (isMarked ? 1 : 0))
    }
  }

  let bytes: ArraySlice<UInt8>
  private let limits: Limits
  var position: Int

  init(_ bytes: ArraySlice<UInt8>, _ limits: Limits) {
    self.bytes = bytes
    self.limits = limits
    position = bytes.startIndex
  }

  /// Reads one value and nothing behind it; a byte order mark in front of it, as Windows' tools write
  /// it, is skipped (RFC 8259, section 8.1, allows it; Python's reader refuses it).
  ///
  /// - Complexity: O(bytes).
  package static func value(
    of bytes: ArraySlice<UInt8>, limits: Limits = Limits()
  ) throws(Fault) -> JSONValue {
    var reader = JSONReader(bytes, limits)
    if !limits.isPythonic {
      if let problem = TextEncoding.problem(of: bytes) { throw Fault(offset: 0, message: problem) }
      if bytes.starts(with: TextEncoding.mark) { reader.position += TextEncoding.mark.count }
    }
    let value = try reader.value(depth: 1)
    reader.skipSpace()
    guard reader.peek() == nil else {
      throw reader.fault("nothing is expected behind the value")
    }
    return value
  }

  private mutating func value(depth: Int) throws(Fault) -> JSONValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(String(decoding: try text(), as: UTF8.self))
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where limits.isPythonic: return try word("NaN", .number(.nan))
    case UInt8(ascii: "I") where limits.isPythonic:
      return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    case nil: throw fault("the text ends where a value is expected")
    default: throw fault("a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(Fault) -> JSONObject {
    var object = JSONObject()
    try open(depth: depth)
    if take("}") { return object }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw fault("a key in quotes is expected") }
      let start = position
      let key = try text()
      skipSpace()
      guard take(":") else { throw fault("':' is expected behind a key") }
      guard object.insert(try value(depth: depth + 1), for: key) || limits.isPythonic else {
        position = start
        throw fault("this key occurs twice in its object")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw fault("',' or '}' is expected") }
    return object
  }

  private mutating func array(depth: Int) throws(Fault) -> [JSONValue] {
    var elements: [JSONValue] = []
    try open(depth: depth)
    if take("]") { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw fault("',' or ']' is expected") }
    return elements
  }

  private mutating func open(depth: Int) throws(Fault) {
    guard depth <= limits.depth else {
      throw fault("more than \(limits.depth) arrays and objects are inside one another")
    }
    position += 1
    skipSpace()
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw fault("a value is expected") }
    position += word.utf8.count
    return value
  }

  // MARK: - Strings

  /// A string as UTF-8, from its opening quote to its closing one.
  mutating func text() throws(Fault) -> [UInt8] {
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
      case nil: throw fault("the text ends inside a string")
      default:
        throw fault("a control character is inside a string; write it as an escape, such as \\n")
      }
    }
  }

  private mutating func escaped() throws(Fault) -> Unicode.Scalar {
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
      throw fault("this escape is not one of JSON's; a backslash itself is written as \\\\")
    }
  }

  /// What is behind `\u`: four digits, or two times four for a scalar beyond them.
  private mutating func scalar(from start: Int) throws(Fault) -> Unicode.Scalar {
    var code = try hexadecimal(from: start)
    if (0xD800..<0xDC00).contains(code) {
      let behind = position
      let low: UInt32 = take("\\") && take("u") ? try hexadecimal(from: start) : 0
      if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      // Without its other half the first one is no scalar, and what follows stands for itself.
      if code < 0x10000 { position = behind }
    }
    guard let scalar = Unicode.Scalar(code) else {
      if limits.isPythonic { return "\u{FFFD}" }
      position = start
      throw fault("half of a surrogate pair is no character")
    }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(Fault) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        position = start
        throw fault("four hexadecimal digits are expected behind \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  // MARK: - Numbers

  /// A number; a whole one is an integer however it is written, as long as it is certain.
  private mutating func number() throws(Fault) -> JSONValue {
    let start = position
    let isNegative = take("-")
    if isNegative, limits.isPythonic, peek() == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = bytes[start..<position]
    guard text.count <= limits.numberLength || limits.isPythonic else {
      position = start
      throw fault("the number has more than \(limits.numberLength) characters")
    }
    let spelling = String(decoding: text, as: UTF8.self)
    if let integer = Int128(spelling), Self.integers.contains(integer) { return .integer(integer) }
    guard let double = Double(spelling), double.isFinite || limits.isPythonic else {
      position = start
      throw fault("the number is out of range")
    }
    // From 2^53 on a double may be the neighbour of what was written: no seed is taken from one.
    guard double.magnitude < 0x1p53, let integer = Int128(exactly: double) else {
      return .number(double)
    }
    return .integer(integer)
  }

  private static let integers = Int128(Int64.min)...Int128(UInt64.max)

  private mutating func digits() throws(Fault) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    if position == start { throw fault("a digit is expected") }
  }

  // MARK: - Bytes

  func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

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

  func fault(_ message: String) -> Fault {
    Fault(offset: position - bytes.startIndex, message: message)
  }
}
