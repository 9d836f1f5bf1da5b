/// Reads comma-separated values as RFC 4180 has them, and those that have another separator.
///
/// Written out instead of taken from a library because an error has to name row and column, and because a
/// prompt must come out byte for byte: nothing is trimmed, and line ends inside quotes stay as they are. Beyond
/// the RFC, a line feed alone ends a row too, and rows without a single byte are skipped.
///
/// A row whose plain fields have a quote or a lone carriage return in them is a fault of that row alone:
/// the next line begins the next row. A fault of quoted text is the whole file's, for where the text
/// ends is then anybody's guess.
struct CSVReader {
  /// A row: where it begins, and its fields, or what is wrong with it.
  struct Record {
    /// The line of the file on which it begins, from 1.
    var line: Int
    var fields: [String]
    var fault: DocumentError?
  }

  private let file: SourceFile
  private let separator: UInt8
  private var position = 0
  private var line = 1
  private var place = SourceFile.Place()

  private init(_ file: SourceFile, separator: UInt8) {
    self.file = file
    self.separator = separator
  }

  static func records(
    of file: SourceFile, separator: UInt8 = UInt8(ascii: ",")
  ) throws(DocumentError) -> [Record] {
    var reader = CSVReader(file, separator: separator)
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  private mutating func next() throws(DocumentError) -> Record? {
    while skipLineEnd() {}
    guard position < file.bytes.count else { return nil }
    var record = Record(line: line, fields: [])
    let start = position
    while true {
      if peek() == Self.quote {
        record.fields.append(try quotedField(of: record))
      } else {
        plainField(of: &record)
      }
      if record.fields.last?.utf8.contains(0) == true, record.fault == nil {
        record.fault = DocumentError(
          "\(file.name):\(record.line): column \(record.fields.count): \(PlainText.zero)")
      }
      guard peek() == separator else { break }
      position += 1
    }
    place.advance(to: start, in: file.bytes)
    record.fault = file.fault(in: file.bytes[start..<position], from: place) ?? record.fault
    _ = skipLineEnd()
    return record
  }

  private mutating func plainField(of record: inout Record) {
    let start = position
    while let byte = peek(), byte != separator, byte != Self.lineFeed {
      if byte == Self.carriageReturn, peek(1) == Self.lineFeed { break }
      if record.fault == nil, byte == Self.quote || byte == Self.carriageReturn {
        record.fault = error(
          record,
          byte == Self.quote
            ? "a quote in a field that does not begin with one; quote the field and double it"
            : "a carriage return outside quotes, without a line feed behind it")
      }
      position += 1
    }
    record.fields.append(String(decoding: file.bytes[start..<position], as: UTF8.self))
  }

  private mutating func quotedField(of record: Record) throws(DocumentError) -> String {
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
        case nil, separator, Self.lineFeed: true
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

  private func error(_ record: Record, _ message: String) -> DocumentError {
    DocumentError("\(file.name):\(record.line): column \(record.fields.count + 1): \(message)")
  }

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}

/// Writes comma-separated values as RFC 4180 has them: rows end with CR LF.
package enum CSVText {
  package static func row(_ fields: [String]) -> String {
    // A row of one empty field would be a line without a byte, which readers skip.
    if fields.count == 1, fields[0].isEmpty { return "\"\"\r\n" }
    return fields.map(field).joined(separator: ",") + "\r\n"
  }

  /// Text that no spreadsheet computes: in front of what it would take for a formula, an apostrophe says "text".
  package static func neutral(_ text: String) -> String {
    // By scalar: "=" followed by a combining mark is another character, and still a formula.
    let formulas: [Unicode.Scalar] = ["=", "+", "-", "@", "\t", "\r"]
    guard let first = text.unicodeScalars.first, formulas.contains(first) else { return text }
    return "'" + text
  }

  private static func field(_ text: String) -> String {
    // On bytes: CR LF is one Character, and so is a quote with a combining mark behind it. The byte
    // order mark would be taken for the file's at the very start.
    let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: special.contains) || text.utf8.starts(with: TextEncoding.mark)
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
