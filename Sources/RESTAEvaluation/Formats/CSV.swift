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
  static func records(of file: SourceFile) throws(EvaluationError) -> [Record] {
    var reader = CSVReader(file)
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  /// Reads the first row only.
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

/// Comma-separated values whose first row names the columns.
struct CSVTable {
  /// The file's name, for errors.
  let file: String
  /// The names of the columns, as they stand.
  let columns: [String]
  /// The rows below the header.
  let rows: [Row]

  /// One row.
  struct Row {
    /// `FILE:ROW`, for errors; the row is counted in lines of the file, the header's being 1, so
    /// that an editor finds it.
    let place: String
    fileprivate let fields: [String]
    fileprivate let numbers: [String: Int]

    /// The field of a column.
    func text(_ column: String) throws(EvaluationError) -> String {
      guard let text = optionalText(column) else {
        throw EvaluationError(.invalidData, "\(place): field '\(column)' is missing")
      }
      return text
    }

    /// The field of a column that need not be there.
    func optionalText(_ column: String) -> String? {
      numbers[column.lowercased()].map { fields[$0] }
    }

    /// An error about this row.
    func error(_ message: String) -> EvaluationError {
      EvaluationError(.invalidData, "\(place): \(message)")
    }
  }

  /// Reads a table.
  init(_ file: SourceFile, required: [String]) throws(EvaluationError) {
    let records = try CSVReader.records(of: file)
    guard let header = records.first else {
      throw EvaluationError(.invalidData, "\(file.name): the file is empty; a header is expected")
    }
    var numbers: [String: Int] = [:]
    for (number, column) in header.fields.enumerated() {
      if let earlier = numbers.updateValue(number, forKey: column.lowercased()) {
        throw EvaluationError(
          .invalidData,
          "\(file.name):\(header.line): columns \(earlier + 1) and \(number + 1) have the same name"
        )
      }
    }
    for column in required where numbers[column.lowercased()] == nil {
      // What the header does have is not repeated: in a wrong file it may be a prompt.
      throw EvaluationError(
        .invalidData, "\(file.name):\(header.line): the header has no column '\(column)'")
    }
    var rows: [Row] = []
    for record in records.dropFirst() {
      let place = "\(file.name):\(record.line)"
      guard record.fields.count == header.fields.count else {
        throw EvaluationError(
          .invalidData,
          "\(place): \(record.fields.count) fields; the header has \(header.fields.count)")
      }
      rows.append(Row(place: place, fields: record.fields, numbers: numbers))
    }
    self.file = file.name
    columns = header.fields
    self.rows = rows
  }
}

/// Writes comma-separated values as RFC 4180 has them: rows end with CR LF.
enum CSVText {
  /// One row.
  static func row(_ fields: [String]) -> String {
    // A row of one empty field would be a line without a byte, which readers skip.
    if fields.count == 1, fields[0].isEmpty { return "\"\"\r\n" }
    return fields.map(field).joined(separator: ",") + "\r\n"
  }

  private static func field(_ text: String) -> String {
    // On bytes: CR LF is one Character, and so is a quote with a combining mark behind it. The byte
    // order mark would be taken for the file's at the very start.
    let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: special.contains) || text.utf8.starts(with: [0xEF, 0xBB, 0xBF])
    else { return text }
    var bytes: [UInt8] = [0x22]
    for byte in text.utf8 {
      if byte == 0x22 { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(0x22)
    return String(decoding: bytes, as: UTF8.self)
  }
}
