import Foundation

/// The key in an `Authorization` header.
enum Credential {
  /// Reads `Bearer KEY`, or `Basic` with the base64 of `anything:KEY` (RFC 7617), which browsers send.
  ///
  /// - Parameter authorization: The header's value.
  /// - Returns: The key's bytes, or `nil` when the header is none of the two.
  static func key(in authorization: String) -> [UInt8]? {
    let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard parts.count == 2 else { return nil }
    let value = parts[1].drop { $0 == " " }
    switch parts[0].lowercased() {
    case "bearer":
      return Array(value.utf8)
    case "basic":
      guard let data = Data(base64Encoded: String(value)) else { return nil }
      let bytes = [UInt8](data)
      // The user's name may not hold a colon, the password may.
      return bytes.firstIndex(of: UInt8(ascii: ":")).map { Array(bytes[($0 + 1)...]) }
    default:
      return nil
    }
  }
}
