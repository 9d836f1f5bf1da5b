/// Writes comma-separated values as RFC 4180 has them: rows end with CR LF.
enum CSVText {
  /// One row.
  ///
  /// - Parameter fields: The fields; any text.
  /// - Returns: The row with its line end; ``CSVReader`` reads the same bytes back.
  /// - Complexity: O(bytes).
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
