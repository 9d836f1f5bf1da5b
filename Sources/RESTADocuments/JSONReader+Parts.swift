extension JSONReader {
  /// The elements of a list as they are written, not looked at: so that one with a fault does not lose the others.
  package static func elements(of bytes: ArraySlice<UInt8>) throws(Fault) -> [ArraySlice<UInt8>] {
    try parts(of: bytes, open: "[", close: "]") { _ throws(Fault) in "" }.map(\.value)
  }

  /// The members of an object, their values as they are written and not looked at.
  package static func members(
    of bytes: ArraySlice<UInt8>
  ) throws(Fault) -> [(key: String, value: ArraySlice<UInt8>)] {
    try parts(of: bytes, open: "{", close: "}") { reader throws(Fault) in
      guard reader.peek() == UInt8(ascii: "\"") else {
        throw reader.fault("a key in quotes is expected")
      }
      let key = String(decoding: try reader.text(), as: UTF8.self)
      reader.skipSpace()
      guard reader.take(":") else { throw reader.fault("':' is expected behind a key") }
      return key
    }
  }

  private static func parts(
    of bytes: ArraySlice<UInt8>, open: Unicode.Scalar, close: Unicode.Scalar,
    key: (inout JSONReader) throws(Fault) -> String
  ) throws(Fault) -> [(key: String, value: ArraySlice<UInt8>)] {
    var reader = JSONReader(bytes, Limits())
    var parts: [(key: String, value: ArraySlice<UInt8>)] = []
    reader.skipSpace()
    guard reader.take(open) else { throw reader.fault("'\(open)' is expected") }
    reader.skipSpace()
    if !reader.take(close) {
      repeat {
        reader.skipSpace()
        let name = try key(&reader)
        reader.skipSpace()
        let start = reader.position
        try reader.skipValue()
        parts.append((name, bytes[start..<reader.position]))
        reader.skipSpace()
      } while reader.take(",")
      guard reader.take(close) else { throw reader.fault("',' or '\(close)' is expected") }
    }
    reader.skipSpace()
    guard reader.peek() == nil else { throw reader.fault("nothing is expected behind the value") }
    return parts
  }

  /// Goes behind a value by its brackets and quotes alone.
  private mutating func skipValue() throws(Fault) {
    var depth = 0
    let start = position
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        while let inner = peek(), inner != UInt8(ascii: "\"") {
          position += inner == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.endIndex else { throw fault("the text ends inside a string") }
        position += 1
        if depth == 0 { return }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { break }
        depth -= 1
        if depth == 0 {
          position += 1
          return
        }
      default: break
      }
      if depth == 0, ",]} \n\r\t".utf8.contains(byte) {
        guard position > start else { throw fault("a value is expected") }
        return
      }
      position += 1
    }
    throw fault("the text ends where a value is expected")
  }
}
