import Foundation

/// Turns replies into bytes.
enum WireJSON {
  /// A reply as JSON, with snake_case names.
  ///
  /// - Parameter value: The reply. Its numbers must be finite: who makes them from a model's clamps
  ///   them.
  /// - Returns: UTF-8 without a line break, since those inside strings are escaped.
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // Sorted, for a reply that is the same wherever and whenever it is written.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // No reply of ours gets here; a client still has to get JSON if one ever does.
    guard let data = try? encoder.encode(value) else { return failure }
    return Array(data)
  }

  private static let failure =
    Array(
      #"{"error":{"message":"The reply could not be written.","type":"server_error","param":null,"#
        .utf8
    ) + Array(#""code":"internal_error"}}"#.utf8)
}
