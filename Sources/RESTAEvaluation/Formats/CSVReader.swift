/// Reads comma-separated values as RFC 4180 has them.
///
/// Written out instead of taken from a library because an error has to name row and column, and
/// because a prompt must come out byte for byte: nothing is trimmed, and line ends inside quotes
/// stay as they are. Beyond the RFC, a line feed alone ends a row too, and rows without a single
/// byte are skipped.
struct CSVReader {
  /// A row: where it begins, and its fields.
  struct Record: Equatable {
    /// The line of the file on which it begins, from 1.
    var line: Int
    var fields: [String]
  }

  private let file: SourceFile
  private var position = 0
  private var line = 1

  private init(_ file: SourceFile) { self.file = file }

  /// Reads all rows.
  ///
  /// - Parameter file: The file.
  /// - Returns: The rows with their fields, the header's among them.
  /// - Throws: ``EvaluationError`` naming row and column.
  /// - Complexity: O(bytes).
  static func records(of file: SourceFile) throws(EvaluationError) -> [Record] {
    var reader = CSVReader(file)
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  /// Reads the first row only.
  ///
  /// - Parameter file: The file.
  /// - Returns: Its fields; `nil` for a file without a row.
  /// - Throws: ``EvaluationError`` naming row and column.
  static func header(of file: SourceFile) throws(EvaluationError) -> [String]? {
    var reader = CSVReader(file)
    return try reader.next()?.fields
  }

  private mutating func next() throws(EvaluationError) -> Record? {
    while skipLineEnd() {}
    guard position < file.bytes.count else { return nil }
    var record = Record(line: line, fields: [])
    while true {
      let field =
        peek() == Self.quote
        ? try quotedField(of: record) : try plainField(of: record)
      record.fields.append(field)
      guard peek() == Self.comma else { break }
      position += 1
    }
    _ = skipLineEnd()
    return record
  }

  private mutating func plainField(of record: Record) throws(EvaluationError) -> String {
    let start = position
    while let byte = peek(), byte != Self.comma, byte != Self.lineFeed {
      if byte == Self.quote {
        throw error(
          record, "a quote in a field that does not begin with one; quote the field and double it")
      }
      if byte == Self.carriageReturn {
        if peek(1) == Self.lineFeed { break }
        throw error(record, "a carriage return outside quotes, without a line feed behind it")
      }
      position += 1
    }
    return String(decoding: file.bytes[start..<position], as: UTF8.self)
  }

  private mutating func quotedField(of record: Record) throws(EvaluationError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = peek() {
      position += 1
      if byte == Self.lineFeed { line += 1 }
      guard byte == Self.quote else {
        content.append(byte)
        continue
      }
      if peek() == Self.quote {
        content.append(byte)
        position += 1
        continue
      }
      let ends =
        switch peek() {
        case nil, Self.comma, Self.lineFeed: true
        case Self.carriageReturn: peek(1) == Self.lineFeed
        default: false
        }
      if ends { return String(decoding: content, as: UTF8.self) }
      throw error(record, "text behind the closing quote; double the quotes inside a field")
    }
    throw error(record, "the quote that opens the field is never closed")
  }

  private mutating func skipLineEnd() -> Bool {
    if peek() == Self.carriageReturn, peek(1) == Self.lineFeed {
      position += 2
    } else if peek() == Self.lineFeed {
      position += 1
    } else {
      return false
    }
    line += 1
    return true
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < file.bytes.count ? file.bytes[position + ahead] : nil
  }

  private func error(_ record: Record, _ message: String) -> EvaluationError {
    EvaluationError(
      .invalidData, "\(file.name):\(record.line): column \(record.fields.count + 1): \(message)")
  }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}
