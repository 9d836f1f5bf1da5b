import RESTA
import RESTADocuments

/// The members of an object of a body, each with its path.
struct BodyFields: Sendable {
  let object: JSONObject
  /// Where it is, such as `messages[0]`; empty for the body itself.
  let path: String

  /// Arrays and objects inside one another, the body's own object included.
  static let maximumDepth = 64
  /// Combining marks in a row.
  ///
  /// Languages put a few on a letter; comparing texts of very many takes time that grows with their square,
  /// here and in chat templates.
  static let maximumMarks = 128

  /// Reads a body.
  ///
  /// - Throws: ``APIError`` with status 400 for bytes that are no UTF-8 or no JSON, for nesting deeper
  ///   than ``maximumDepth``, for a key that occurs twice, and for a value that is no object.
  static func body(_ bytes: [UInt8]) throws(APIError) -> BodyFields {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .invalid("The body is not valid UTF-8.")
    }
    guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
      throw .invalid("The body is empty; a JSON object is expected.")
    }
    let value: JSONValue
    do {
      value = try JSONReader.value(of: bytes[...], limits: .init(depth: maximumDepth))
    } catch {
      throw .invalid(
        "The body cannot be read as JSON: at byte \(error.offset), \(error.message).")
    }
    guard case .object(let object) = value else {
      throw .invalid("The body must be a JSON object, not \(value.kind).")
    }
    guard !hasTooManyMarks(value) else {
      throw .invalid(
        "The body has more than \(maximumMarks) combining marks (U+0301, say) in a row, as no language "
          + "has.")
    }
    return BodyFields(object: object, path: "")
  }

  private static func hasTooManyMarks(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): hasTooManyMarks(text)
    case .array(let elements): elements.contains { hasTooManyMarks($0) }
    case .object(let object):
      object.contains { hasTooManyMarks($0.key) || hasTooManyMarks($0.value) }
    default: false
    }
  }

  private static func hasTooManyMarks(_ text: String) -> Bool {
    var marks = 0
    return text.unicodeScalars.contains { scalar in
      // The first mark is U+0300.
      let isMark =
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
      marks = isMark ? marks + 1 : 0
      return marks > maximumMarks
    }
  }

  /// A member; one that is not there reads as `null`.
  subscript(name: String) -> BodyField {
    BodyField(value: object[name] ?? .null, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// Reads a field of the request under every name that servers have for it; two with different values throw.
  func value<Value: Equatable>(
    of name: String, _ read: (BodyField) throws(APIError) -> Value?
  ) throws(APIError) -> Value? {
    var given: (value: Value, path: String)?
    for spelling in RequestField.table.first(where: { $0.names[0] == name })?.names ?? [] {
      let field = self[spelling]
      guard let value = try read(field) else { continue }
      if let given, given.value != value {
        throw field.refused("differs from '\(given.path)': give only one of them")
      }
      given = given ?? (value, field.path)
    }
    return given?.value
  }
}

/// A value of a body and where it is.
///
/// `null` and what is not there are the same everywhere, as they are for OpenAI: both read as `nil`.
struct BodyField: Sendable {
  let value: JSONValue
  /// Where it is, such as `messages[3].content[0].text`: `param` of the errors.
  let path: String

  /// Whether there is no value.
  var isNull: Bool { value == .null }

  /// The value as a string; any other throws.
  func string(_ what: String = "a string") throws(APIError) -> String? {
    switch value {
    case .null: return nil
    case .string(let text): return text
    default: throw expected(what)
    }
  }

  /// The value as `true` or `false`; any other throws.
  func bool() throws(APIError) -> Bool? {
    switch value {
    case .null: return nil
    case .bool(let flag): return flag
    default: throw expected("true or false")
    }
  }

  /// The value as an array; any other throws.
  func array(_ what: String) throws(APIError) -> [BodyField]? {
    switch value {
    case .null: return nil
    case .array(let elements):
      return elements.enumerated().map { index, element in
        BodyField(value: element, path: "\(path)[\(index)]")
      }
    default: throw expected(what)
    }
  }

  /// What ``strings()`` takes.
  static let oneOrMore = "a string or an array of strings"

  /// The value itself if it is a string, else an array's elements, whatever they are; any other throws.
  func strings() throws(APIError) -> [BodyField]? {
    try value.string != nil ? [self] : array(Self.oneOrMore)
  }

  /// The value as an object; any other throws.
  func object(_ what: String = "an object") throws(APIError) -> BodyFields? {
    switch value {
    case .null: return nil
    case .object(let object): return BodyFields(object: object, path: path)
    default: throw expected(what)
    }
  }

  /// The error for a value of another kind than expected, a missing one among them.
  func expected(_ what: String) -> APIError {
    isNull
      ? refused("is missing; it must be \(what)") : refused("must be \(what), not \(value.kind)")
  }

  /// An error about this field.
  func refused(_ what: String, code: String? = nil) -> APIError {
    APIError.invalid("'\(path)' \(what).", param: path, code: code)
  }
}

extension BodyField {
  /// The value as an integer; any other, and one outside of the range, throws.
  func integer(in range: ClosedRange<Int>) throws(APIError) -> Int? {
    guard !isNull else { return nil }
    let what = "an integer \(Self.text(range))"
    guard case .integer(let integer) = value else { throw expected(what) }
    guard let number = Int(exactly: integer), range.contains(number) else {
      throw refused("must be \(what)")
    }
    return number
  }

  /// The value as a number; any other, and one outside of the range, throws.
  func number(in range: ClosedRange<Int>) throws(APIError) -> Double? {
    let what = "a number \(Self.text(range))"
    let number: Double
    switch value {
    case .null: return nil
    case .integer(let integer): number = Double(integer)
    case .number(let double): number = double
    default: throw expected(what)
    }
    guard number >= Double(range.lowerBound),
      range.upperBound == .max || number <= Double(range.upperBound)
    else { throw refused("must be \(what)") }
    return number
  }

  /// The value as 64 bits, negative integers by their two's complement; any other throws.
  func bits() throws(APIError) -> UInt64? {
    switch value {
    case .null: return nil
    case .integer(let integer): return UInt64(truncatingIfNeeded: integer)
    default: throw expected("an integer of at most 64 bits")
    }
  }

  /// The value as one of the names of a closed set; any other throws, naming all that are allowed.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) throws(APIError) -> Choice? {
    let names = type.allCases.map(\.rawValue)
    let what = "one of \(names.joined(separator: ", "))"
    guard let name = try string(what) else { return nil }
    if let choice = Choice(rawValue: name) { return choice }
    // The name itself stays out of the message: it may be anything. A long one is no slip, and
    // finding the nearest of one takes as long as it is.
    let nearest = name.utf8.count <= 32 ? Suggestion.nearest(to: name, among: names) : nil
    throw refused("must be \(what)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
