/// What the first bytes of a text say that it is.
///
/// Everything that is read here is UTF-8. Files from Windows begin with a mark, and files of other
/// encodings and containers look like text with holes: they are named, never taken apart.
package enum TextEncoding {
  /// The byte order mark of UTF-8.
  package static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static let beginnings: [(bytes: [UInt8], name: String, remedy: String)] = [
    // UTF-32's mark begins like UTF-16's.
    ([0xFF, 0xFE, 0, 0], "UTF-32", "save it as UTF-8"),
    ([0, 0, 0xFE, 0xFF], "UTF-32", "save it as UTF-8"),
    ([0xFF, 0xFE], "UTF-16", "save it as UTF-8"), ([0xFE, 0xFF], "UTF-16", "save it as UTF-8"),
    (Array("PAR1".utf8), "a Parquet file", "export it as JSON Lines or CSV"),
    (Array("ARROW1".utf8), "an Arrow file", "export it as JSON Lines or CSV"),
    (
      Array("PK\u{3}\u{4}".utf8), "a zip archive, such as a workbook",
      "save it as CSV, or unpack it"
    ),
    ([0x1F, 0x8B], "compressed with gzip", "unpack it"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard", "unpack it"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz", "unpack it"),
    (
      Array("version https://git-lfs.".utf8), "a pointer of Git LFS, not the file itself",
      "fetch it with 'git lfs pull'"
    ),
    (Array("<!doctype html".utf8), "a page of HTML", "download the file itself"),
    (Array("<html".utf8), "a page of HTML", "download the file itself"),
    (Array("<?xml".utf8), "XML, such as a server's error", "download the file itself"),
  ]

  /// What else than UTF-8 some bytes are, and what to do about it; `nil` where nothing speaks against it.
  ///
  /// - Complexity: O(1).
  package static func problem(of bytes: some Collection<UInt8>) -> String? {
    let lower = { (byte: UInt8) in (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    let start = bytes.prefix(24).map(lower)
    // Pages may begin with a mark and blank lines, as GitHub's do.
    let page = bytes.prefix(64).drop { mark.contains($0) || " \t\r\n".utf8.contains($0) }.map(lower)
    let found = beginnings.first { kind in
      [start, page].contains { $0.starts(with: kind.bytes.map(lower)) }
    }
    if let found { return "this is \(found.name); \(found.remedy)" }
    // Without a mark: each ASCII character has a zero beside it.
    let zeros = start.count { $0 == 0 }
    if zeros > 0, zeros * 3 >= start.count {
      return "this looks like UTF-16 or UTF-32; save it as UTF-8"
    }
    return nil
  }
}

extension Character {
  /// Columns of a terminal, near enough to lay out tables: wide East Asian characters and emoji take two.
  package var terminalColumns: Int {
    let first = unicodeScalars.first?.value ?? 0
    let isWide =
      (0x1100...0x115F).contains(first) || (0x2E80...0xA4CF).contains(first)
      || (0xAC00...0xD7A3).contains(first) || (0xF900...0xFAFF).contains(first)
      || (0xFE30...0xFE6F).contains(first) || (0xFF00...0xFF60).contains(first)
      || (0x1F300...0x1FAFF).contains(first) || (0x20000...0x3FFFD).contains(first)
    return isWide ? 2 : 1
  }
}
