/// A JSON value of a request's body.
enum BodyValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A whole number, exact, from `Int64`'s least value to `UInt64`'s greatest.
  case integer(Int128)
  /// Any other finite number.
  case number(Double)
  case string(String)
  case array([BodyValue])
  case object(BodyObject)

  /// What it is, for errors, which never hold the value itself.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A JSON object of a request's body.
struct BodyObject: Sendable, Equatable {
  // By bytes: strings compare by canonical equivalence, which would make one key of two that JSON
  // tells apart, and costs a hostile key of combining marks more than its length.
  private var members: [[UInt8]: BodyValue] = [:]

  /// The keys, sorted by their bytes.
  var keys: [String] {
    members.keys.sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of a key, or `nil` where there is none.
  subscript(key: String) -> BodyValue? { members[Array(key.utf8)] }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - value: Its value.
  ///   - key: Its key, as UTF-8.
  /// - Returns: Whether the key is new; a key that is there keeps its value.
  mutating func insert(_ value: BodyValue, for key: [UInt8]) -> Bool {
    guard members[key] == nil else { return false }
    members[key] = value
    return true
  }
}
