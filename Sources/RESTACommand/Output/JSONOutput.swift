import Foundation

/// Output for machines.
enum JSONOutput {
  /// A value as JSON with snake_case names.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - pretty: Whether it is spread over lines.
  /// - Returns: The JSON.
  /// - Throws: An encoding error; none of our types gives one.
  static func text(_ value: some Encodable, pretty: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting =
      pretty
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints a value.
  static func print(_ value: some Encodable) throws {
    Terminal.line(try text(value))
  }
}
