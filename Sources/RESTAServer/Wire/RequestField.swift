import RESTA
import RESTADocuments

/// Fields of requests that OpenAI or another server documents, and what this one does with them.
///
/// One table: the reading, the refusals, `docs/server.md` and the tests follow from it. What would change
/// the answer is read or refused by name, never dropped: an answer to another request than the client
/// made looks just like an answer. What is in no row is accepted, as clients send more every year, and
/// named in the reply's `x-resta-unknown-fields`.
struct RequestField: Sendable {
  /// Where a field can be.
  enum Endpoint: String, Sendable {
    case chat = "/v1/chat/completions"
    case completion = "/v1/completions"
  }

  /// What becomes of it.
  enum Handling: Sendable, Equatable {
    /// It is read; several names are one field, and of several that are given all must agree.
    case read
    /// It is not looked at.
    case ignored
    /// It is an error but for these values and `null`, with which it changes nothing.
    case refused(neutral: [JSONValue])
  }

  /// OpenAI's code for fields that a model does not support.
  static let code = "unsupported_parameter"

  /// The first is the one that errors and documents use.
  let names: [String]
  let handling: Handling
  /// The only endpoint that has it; `nil` for both.
  let endpoint: Endpoint?
  /// What it is, why it changes nothing, or what it would change.
  let about: String
  /// What to do in place of a refused one.
  let instead: String

  init(
    _ names: String, _ handling: Handling, only endpoint: Endpoint? = nil, _ about: String,
    instead: String = "leave it out"
  ) {
    self.names = names.split(separator: " ").map(String.init)
    self.handling = handling
    self.endpoint = endpoint
    self.about = about
    self.instead = instead
  }
}

extension RequestField {
  /// The rows by their names' bytes: comparing strings takes minutes for hostile ones.
  private static let rows: [[UInt8]: [RequestField]] = {
    var rows: [[UInt8]: [RequestField]] = [:]
    for row in table { for name in row.names { rows[Array(name.utf8), default: []].append(row) } }
    return rows
  }()

  static let names = table.flatMap(\.names)

  /// Refuses the first field of a body, in the order of their bytes, that would change the answer and is not read;
  /// returns those that are in no row.
  static func check(
    _ fields: BodyFields, of endpoint: Endpoint
  ) throws(APIError) -> UnknownFields {
    var unknown = UnknownFields()
    for name in fields.object.withoutNulls.keys {
      guard let rows = rows[Array(name.utf8)] else {
        unknown.add(name, known: names)
        continue
      }
      guard let row = rows.first(where: { $0.endpoint ?? endpoint == endpoint }) else {
        let other = rows[0].endpoint?.rawValue ?? ""
        throw fields[name].refused("is a field of \(other)", code: code)
      }
      try row.check(fields[name])
    }
    return unknown
  }

  private func check(_ field: BodyField) throws(APIError) {
    guard case .refused(let neutral) = handling else { return }
    // Clients that write out every member send `null` for those that say nothing.
    let value = field.value.object.map { JSONValue.object($0.withoutNulls) } ?? field.value
    guard !neutral.contains(value) else { return }
    let other = neutral.first.map { ", or give \(JSONText.value($0))" } ?? ""
    throw field.refused(
      "is not supported here, and would change the answer (\(about)): \(instead)\(other)",
      code: Self.code)
  }
}

/// The fields of a request that this server does not know, and which ones may have been meant.
struct UnknownFields: Sendable, Hashable {
  /// How many are told: finding the nearest name takes longer than anything else about a field.
  private static let limit = 8

  private var told: [String] = []
  private var count = 0

  /// Whether a name looks like one of a field: only such ones are repeated, the rest could be any text.
  static func isName(_ name: String) -> Bool {
    (1...32).contains(name.utf8.count) && name.utf8.allSatisfy(\.isNameByte)
  }

  /// Adds one.
  mutating func add(_ name: String, in place: String = "", known: [String]) {
    count += 1
    guard told.count < Self.limit else { return }
    let isName = Self.isName(name)
    let meant = isName ? Suggestion.nearest(to: name, among: known) : nil
    told.append(
      (place.isEmpty ? "" : place + ".") + (isName ? name : "?")
        + (meant.map { " (did you mean \($0)?)" } ?? ""))
  }

  /// All of them in one line, for a header and the log; `nil` for none.
  var line: String? {
    guard count > 0 else { return nil }
    let more = count - told.count
    return told.joined(separator: ", ") + (more > 0 ? ", and \(more) more" : "")
  }
}
