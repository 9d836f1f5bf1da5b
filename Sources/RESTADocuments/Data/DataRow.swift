/// One row of a data file, whatever kind of file it is: its fields, read with errors that say where.
///
/// Unknown fields are ignored: the public formats have more than is used, and not always the same.
/// Names are found in any case (`Goal`, `goal`), the exact one first. In a table an empty field is what
/// `null` is elsewhere.
package struct DataRow: Sendable {
  /// The entry, such as `FILE:LINE` or `FILE:LINE: jailbreaks[17]`.
  package let place: String
  /// The line of the file, or the position in its list, from 1.
  package let number: Int
  /// The row itself, where it is no object but a text.
  package let text: String?
  private let members: JSONObject
  private let isTable: Bool

  /// Opens an entry: an object, or a text.
  package init(_ value: JSONValue, place: String, number: Int = 0) throws(DocumentError) {
    self.place = place
    self.number = number
    isTable = false
    switch value {
    case .object(let members): (self.members, text) = (members, nil)
    case .string(let text): (self.members, self.text) = ([:], text)
    default:
      throw DocumentError("\(place): an object is expected, not \(value.kindInWords)")
    }
  }

  init(text: String, place: String, number: Int) {
    self.place = place
    self.number = number
    self.text = text
    members = [:]
    isTable = false
  }

  init(fields: [String], columns: [String], place: String, number: Int) {
    self.place = place
    self.number = number
    text = nil
    isTable = true
    var members = JSONObject()
    for (column, field) in zip(columns, fields) { members[column] = .string(field) }
    self.members = members
  }

  /// Reads one value of a file and nothing behind it.
  static func value(
    of bytes: ArraySlice<UInt8>, in file: SourceFile,
    from start: SourceFile.Place = SourceFile.Place()
  ) throws(DocumentError) -> JSONValue {
    if let fault = file.fault(in: bytes, from: start) { throw fault }
    do {
      return try JSONReader.value(of: bytes)
    } catch {
      throw Self.error(error, of: bytes, in: file, from: start)
    }
  }

  /// Where a fault is, in the file's own lines.
  static func error(
    _ fault: JSONReader.Fault, of bytes: ArraySlice<UInt8>, in file: SourceFile,
    from start: SourceFile.Place = SourceFile.Place()
  ) -> DocumentError {
    var place = start
    place.advance(to: bytes.startIndex + fault.offset, in: file.bytes)
    return DocumentError("\(file.name):\(place.line):\(place.column): \(fault.message)")
  }

  package func error(_ message: String) -> DocumentError {
    DocumentError("\(place): \(message)")
  }

  /// Whether a field is there, `null` or not.
  package func has(_ name: String) -> Bool { raw(name) != nil }

  /// Whether a field holds something: not `null`, nothing empty, and no cell that says so.
  package func holds(_ name: String) -> Bool {
    switch raw(name) {
    case nil, .null, .string(""), .array([]), .object([:]), .bool(false): false
    case .string("[]"), .string("{}"), .string("null"): false
    default: true
    }
  }

  /// Whether a field is a conversation in which the user says a text, and nobody says more than the model.
  func repeats(_ name: String, _ text: String) -> Bool {
    let turns = (raw(name)?.array ?? []).map { $0.object ?? [:] }
    let said = turns.filter { !["assistant", "gpt"].contains(($0["role"] ?? $0["from"])?.string) }
    return said.count == 1
      && said.allSatisfy { ["user", "human"].contains(($0["role"] ?? $0["from"])?.string) }
      && said.allSatisfy { ($0["content"] ?? $0["value"])?.string == text }
  }

  /// The value of a field; `nil` where there is none.
  package func raw(_ name: String) -> JSONValue? {
    members[name] ?? members.keys.first { Self.areAlike($0, name) }.flatMap { members[$0] }
  }

  /// The keys that are a name in some case.
  func keys(like name: String) -> [String] { members.keys.filter { Self.areAlike($0, name) } }

  /// By bytes, and ASCII's letters in any case: names of other alphabets are none of ours.
  private static func areAlike(_ one: String, _ other: String) -> Bool {
    let lower = { (byte: UInt8) in (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    return one.utf8.count == other.utf8.count
      && one.utf8.lazy.map(lower).elementsEqual(other.utf8.lazy.map(lower))
  }

  /// A string that must be there.
  package func string(_ name: String) throws(DocumentError) -> String {
    let value = try value(name)
    guard let string = value.string else { throw wrong(name, value, "a string") }
    return string
  }

  /// A string or `null`, one of which must be there.
  package func nullableString(_ name: String) throws(DocumentError) -> String? {
    let value = try value(name)
    guard value.string != nil || value == .null else {
      throw wrong(name, value, "a string or null")
    }
    return isTable && value.string?.isEmpty == true ? nil : value.string
  }

  /// A string, `null`, or no field at all.
  package func optionalString(_ name: String) throws(DocumentError) -> String? {
    has(name) ? try nullableString(name) : nil
  }

  /// `true`, `false`, `null`, or no field at all.
  package func optionalBool(_ name: String) throws(DocumentError) -> Bool? {
    switch raw(name) {
    case nil, .null: nil
    case .bool(let value): value
    case .string("") where isTable: nil
    case .string(let text) where isTable && ["true", "false"].contains(text.lowercased()):
      text.lowercased() == "true"
    case .some(let value): throw wrong(name, value, "true, false or null")
    }
  }

  /// An identifier that must be there: a string, or a whole number, which becomes its digits.
  package func identifier(_ name: String) throws(DocumentError) -> String {
    switch try value(name) {
    case .string(let text) where !text.isEmpty: text
    case .integer(let number): String(number)
    case let value: throw wrong(name, value, "a whole number or a text that is not empty")
    }
  }

  /// An array that must be there.
  package func array(_ name: String) throws(DocumentError) -> [JSONValue] {
    let value = try list(name)
    guard let array = value.array else { throw wrong(name, value, "an array") }
    return array
  }

  /// An object, `null`, or no field at all.
  package func optionalRow(_ name: String) throws(DocumentError) -> DataRow? {
    switch raw(name) {
    case nil, .null: return nil
    case .some(let value):
      guard value.object != nil else { throw wrong(name, value, "an object") }
      return try DataRow(value, place: "\(place): \(name)")
    }
  }

  package var withoutNulls: JSONObject { members.withoutNulls }

  /// A field that may be written as JSON in a text, as tables and some exports have lists.
  package func list(_ name: String) throws(DocumentError) -> JSONValue {
    let value = try value(name)
    guard let text = value.string else { return value }
    guard let value = try? JSONReader.value(of: Array(text.utf8)[...]) else {
      throw error("field '\(name)' is a text that is no JSON; a list is expected")
    }
    return value
  }

  private func value(_ name: String) throws(DocumentError) -> JSONValue {
    guard let value = raw(name) else { throw error("field '\(name)' is missing") }
    return value
  }

  private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> DocumentError {
    error("field '\(name)' is \(value.kindInWords); \(expected) is expected")
  }
}
