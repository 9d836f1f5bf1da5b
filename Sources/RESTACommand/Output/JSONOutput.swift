import Foundation

/// A value that is written as `null` when it is not there, so that the key always is.
@propertyWrapper
struct Nullable<Value: Encodable>: Encodable {
  var wrappedValue: Value?

  init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

extension Nullable: Sendable where Value: Sendable {}

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
