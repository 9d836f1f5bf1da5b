import Foundation

/// Reads one string out of a GGUF file's metadata: just enough for the tests of this folder.
enum GGUFTemplate {
  struct Malformed: Error {}

  /// The file's `tokenizer.chat_template`, `nil` where it has none.
  static func read(_ url: URL) throws -> String? {
    var reader = Reader(file: try FileHandle(forReadingFrom: url))
    guard try reader.bytes(4) == Data("GGUF".utf8) else { throw Malformed() }
    guard try (2...3).contains(reader.integer(4)) else { throw Malformed() }
    _ = try reader.integer(8)
    for _ in 0..<(try reader.integer(8)) {
      let key = try reader.string()
      let kind = try reader.integer(4)
      if key == "tokenizer.chat_template", kind == 8 { return try reader.string() }
      try reader.skip(kind)
    }
    return nil
  }

  private struct Reader {
    var file: FileHandle

    mutating func bytes(_ count: Int) throws -> Data {
      guard count > 0 else { return Data() }
      guard let data = try file.read(upToCount: count), data.count == count else {
        throw Malformed()
      }
      return data
    }

    mutating func integer(_ width: Int) throws -> Int {
      let value = try bytes(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let result = Int(exactly: value) else { throw Malformed() }
      return result
    }

    mutating func string() throws -> String {
      String(decoding: try bytes(try integer(8)), as: UTF8.self)
    }

    mutating func skip(_ kind: Int) throws {
      let widths = [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8]
      if let width = widths[kind] {
        _ = try bytes(width)
      } else if kind == 8 {
        _ = try bytes(try integer(8))
      } else if kind == 9 {
        let inner = try integer(4)
        let count = try integer(8)
        if let width = widths[inner] {
          _ = try bytes(width * count)
        } else {
          for _ in 0..<count { try skip(inner) }
        }
      } else {
        throw Malformed()
      }
    }
  }
}
