/// Reads a request's body as JSON (RFC 8259).
///
/// Written out because bodies come from anyone: it is linear in the bytes and bounded in depth
/// whatever they are, keeps 64-bit integers exact, refuses a key that occurs twice (which of the two
/// a library takes differs from the proxy in front of it), and its errors tell where the fault is
/// without a byte of what is there.
struct BodyReader {
  /// Arrays and objects inside one another, the body's own object included.
  static let maximumDepth = 64

  /// The longest number, in characters: no double needs a third of it, and what is longer only costs.
  static let maximumNumberLength = 128

  let bytes: [UInt8]
  var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a body.
  ///
  /// - Parameter bytes: The body.
  /// - Returns: The object that it is.
  /// - Throws: ``APIError`` with status 400 for bytes that are no UTF-8 or no JSON, for nesting deeper
  ///   than ``maximumDepth``, for a key that occurs twice, and for a value that is no object.
  /// - Complexity: O(bytes).
  static func object(of bytes: [UInt8]) throws(APIError) -> BodyFields {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw APIError.invalid("The body is not valid UTF-8.")
    }
    var reader = BodyReader(bytes)
    reader.skipSpace()
    guard reader.peek() != nil else {
      throw APIError.invalid("The body is empty; a JSON object is expected.")
    }
    let value = try reader.value(depth: 1)
    reader.skipSpace()
    guard reader.peek() == nil else { throw reader.error("nothing is expected behind the value") }
    guard case .object(let object) = value else {
      throw APIError.invalid("The body must be a JSON object, not \(value.kind).")
    }
    return BodyFields(object: object, path: "")
  }

  private mutating func value(depth: Int) throws(APIError) -> BodyValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(String(decoding: try text(), as: UTF8.self))
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    default: throw error("a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(APIError) -> BodyObject {
    var object = BodyObject()
    try open(depth: depth)
    if take("}") { return object }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
      let start = position
      let key = try text()
      skipSpace()
      guard take(":") else { throw error("':' is expected behind a key") }
      guard object.insert(try value(depth: depth + 1), for: key) else {
        position = start
        throw error("this key occurs twice in its object")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("',' or '}' is expected") }
    return object
  }

  private mutating func array(depth: Int) throws(APIError) -> [BodyValue] {
    var elements: [BodyValue] = []
    try open(depth: depth)
    if take("]") { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("',' or ']' is expected") }
    return elements
  }

  private mutating func open(depth: Int) throws(APIError) {
    guard depth <= Self.maximumDepth else {
      throw error("more than \(Self.maximumDepth) arrays and objects are inside one another")
    }
    position += 1
    skipSpace()
  }

  private mutating func word(_ word: String, _ value: BodyValue) throws(APIError) -> BodyValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("a value is expected") }
    position += word.utf8.count
    return value
  }
}
