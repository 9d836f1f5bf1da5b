import RESTADocuments

/// The fields of one entry of a JSON file, read with errors that say where.
///
/// Unknown fields are ignored: the public formats have more than is used, and not always the same.
struct JSONFields {
  /// The entry, such as `FILE:ROW` or `FILE: jailbreaks[17]`.
  let place: String
  private let members: JSONObject

  /// Opens an entry.
  init(_ value: JSONValue, place: String) throws(EvaluationError) {
    guard case .object(let members) = value else {
      throw EvaluationError(
        .invalidData, "\(place): an object is expected, not \(value.kindInWords)")
    }
    self.place = place
    self.members = members
  }

  /// Reads one value and nothing behind it.
  static func value(
    of bytes: ArraySlice<UInt8>, name: String, firstLine: Int = 1
  ) throws(EvaluationError) -> JSONValue {
    do {
      return try JSONReader.value(of: bytes)
    } catch {
      let place = error.place(in: bytes)
      throw EvaluationError(
        .invalidData, "\(name):\(place.line + firstLine - 1):\(place.column): \(error.message)")
    }
  }

  /// An error about this entry.
  func error(_ message: String) -> EvaluationError {
    EvaluationError(.invalidData, "\(place): \(message)")
  }

  /// Whether a field is there, `null` or not.
  func has(_ name: String) -> Bool { members[name] != nil }

  /// A string that must be there.
  func string(_ name: String) throws(EvaluationError) -> String {
    let value = try value(name)
    guard let string = value.string else { throw wrong(name, value, "a string") }
    return string
  }

  /// A string or `null`, one of which must be there.
  func nullableString(_ name: String) throws(EvaluationError) -> String? {
    let value = try value(name)
    guard value.string != nil || value == .null else {
      throw wrong(name, value, "a string or null")
    }
    return value.string
  }

  /// A string, `null`, or no field at all.
  func optionalString(_ name: String) throws(EvaluationError) -> String? {
    has(name) ? try nullableString(name) : nil
  }

  /// `true`, `false`, `null`, or no field at all.
  func optionalBool(_ name: String) throws(EvaluationError) -> Bool? {
    switch members[name] {
    case nil, .null: nil
    case .bool(let value): value
    case .some(let value): throw wrong(name, value, "true, false or null")
    }
  }

  /// An identifier that must be there: a string, or a whole number, which becomes its digits.
  func identifier(_ name: String) throws(EvaluationError) -> String {
    switch try value(name) {
    case .string(let text) where !text.isEmpty: text
    case .integer(let number): String(number)
    case let value: throw wrong(name, value, "a whole number or a text that is not empty")
    }
  }

  /// An array that must be there.
  func array(_ name: String) throws(EvaluationError) -> [JSONValue] {
    let value = try value(name)
    guard let array = value.array else { throw wrong(name, value, "an array") }
    return array
  }

  /// An object, `null`, or no field at all.
  func optionalFields(_ name: String) throws(EvaluationError) -> JSONFields? {
    switch members[name] {
    case nil, .null: return nil
    case .some(let value):
      guard value.object != nil else { throw wrong(name, value, "an object") }
      return try JSONFields(value, place: "\(place): \(name)")
    }
  }

  /// All fields that are not `null`.
  var withoutNulls: JSONObject { members.withoutNulls }

  private func value(_ name: String) throws(EvaluationError) -> JSONValue {
    guard let value = members[name] else { throw error("field '\(name)' is missing") }
    return value
  }

  private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> EvaluationError {
    error("field '\(name)' is \(value.kindInWords); \(expected) is expected")
  }
}

/// JSON Lines: an object on each line, ended by a line feed; lines of white space are skipped.
enum JSONLines {
  /// Reads all objects.
  static func objects(of file: SourceFile) throws(EvaluationError) -> [JSONFields] {
    var objects: [JSONFields] = []
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy(isSpace) {
      let row = index + 1
      let value = try JSONFields.value(of: line, name: file.name, firstLine: row)
      objects.append(try JSONFields(value, place: "\(file.name):\(row)"))
    }
    return objects
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }
}
