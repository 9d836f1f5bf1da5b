/// A JSON value of any shape.
public enum JSONValue: Sendable, Hashable, Codable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number, exact, from `Int64`'s least value to `UInt64`'s greatest.
  case integer(Int128)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; the order of its keys is lost.
  case object(JSONObject)

  /// Decodes a value.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: `DecodingError` when it is no JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode(JSONObject.self))
    }
  }

  /// Encodes the value.
  ///
  /// - Parameter encoder: Where to write to.
  /// - Throws: `EncodingError` for a number that is not finite.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value):
      // No coder promises 128 bits; these two do, and hold every integer that the reader makes.
      if let small = Int64(exactly: value) {
        try container.encode(small)
      } else {
        try container.encode(UInt64(clamping: value))
      }
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// The string, for a string; else `nil`.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The number, for a number that is whole; else `nil`.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, for a number; else `nil`.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The elements, for an array; else `nil`.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members, for an object; else `nil`.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
}

/// The members of a JSON object.
///
/// Keys are told apart by their bytes: `String` compares by canonical equivalence, which would make one
/// key of two that JSON tells apart, and takes minutes over a hostile key of a million combining marks.
public struct JSONObject: Sendable, Hashable, Codable, ExpressibleByDictionaryLiteral,
  Sequence
{
  private var members: [[UInt8]: JSONValue] = [:]

  /// Makes an object of keys and values; of a key that is there twice the last value counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// Makes an object of a dictionary.
  public init(_ dictionary: [String: JSONValue]) {
    for (key, value) in dictionary { self[key] = value }
  }

  /// Decodes an object.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: `DecodingError` when it is none.
  public init(from decoder: any Decoder) throws {
    self.init(try [String: JSONValue](from: decoder))
  }

  /// Encodes the object.
  ///
  /// - Parameter encoder: Where to write to.
  /// - Throws: `EncodingError` for a number that is not finite.
  public func encode(to encoder: any Encoder) throws { try dictionary.encode(to: encoder) }

  /// The value of a key, by its bytes; `nil` where there is none.
  public subscript(key: String) -> JSONValue? {
    get { members[Array(key.utf8)] }
    set { members[Array(key.utf8)] = newValue }
  }

  /// The members as a dictionary of texts: for objects of our own making, whose keys are tame.
  public var dictionary: [String: JSONValue] {
    Dictionary(sorted.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  /// The members in the order of their keys' bytes.
  package var sorted: [(key: String, value: JSONValue)] {
    members.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (key: String(decoding: $0.key, as: UTF8.self), value: $0.value) }
  }

  /// Goes through the members in the order of their keys' bytes.
  public func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> {
    sorted.makeIterator()
  }

  /// The keys in the order of their bytes.
  package var keys: [String] { sorted.map(\.key) }

  package mutating func removeValue(forKey key: String) -> JSONValue? {
    members.removeValue(forKey: Array(key.utf8))
  }

  package var isEmpty: Bool { members.isEmpty }

  /// Adds a member; `false`, and nothing changes, when the key is there.
  package mutating func insert(_ value: JSONValue, for key: [UInt8]) -> Bool {
    guard members[key] == nil else { return false }
    members[key] = value
    return true
  }

  /// The object without the members whose value is `null`.
  package var withoutNulls: JSONObject {
    var object = self
    object.members = members.filter { $0.value != .null }
    return object
  }
}
