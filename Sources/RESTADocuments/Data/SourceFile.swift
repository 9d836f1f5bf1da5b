import Foundation

/// A data file's bytes, known to be UTF-8, and the name that errors call it by.
package struct SourceFile: Sendable {
  /// What is read at most: the public sets have a few hundred kilobytes, and a whole file is held in memory.
  package static let maximumBytes = 256 << 20

  /// The path as the user wrote it; several files of a set may have one file name.
  package let name: String
  /// The bytes without a byte order mark.
  package let bytes: [UInt8]
  /// The SHA-256 of all bytes, the mark included.
  package let sha256: String

  /// Takes bytes that were read.
  ///
  /// If it is strict, a byte that is not UTF-8 is the file's fault; else it is that of the row it is in,
  /// and whoever reads the rows has to look.
  package init(name: String, bytes: [UInt8], isStrict: Bool = true) throws(DocumentError) {
    self.name = name
    sha256 = Digest.sha256(of: bytes)
    if let problem = TextEncoding.problem(of: bytes) {
      throw DocumentError("\(name): \(problem)")
    }
    let mark = TextEncoding.mark
    self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    if isStrict, let fault = fault(in: self.bytes[...]) { throw fault }
  }

  /// What is wrong with some of the bytes, which are no UTF-8; `nil` when they are.
  ///
  /// Lines are counted from a place in front of them: a near one, where a file may have many faults.
  func fault(in part: ArraySlice<UInt8>, from start: Place = Place()) -> DocumentError? {
    guard String(validating: part, as: UTF8.self) == nil else { return nil }
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = part.makeIterator()
    var wrong = part.startIndex
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { wrong += scalar.count }
    var place = start
    place.advance(to: wrong, in: bytes)
    return DocumentError(
      "\(name):\(place.line): byte \(wrong - place.lineStart + 1) of the line is not UTF-8; save the "
        + "file as UTF-8")
  }

  /// A place in a file that goes forward: a file of many faults is counted through once.
  struct Place {
    /// The line, from 1.
    private(set) var line = 1
    /// The column in scalars, from 1.
    private(set) var column = 1
    private(set) var lineStart = 0
    private var offset = 0

    mutating func advance(to target: Int, in bytes: [UInt8]) {
      while offset < min(target, bytes.count) {
        if bytes[offset] == UInt8(ascii: "\n") {
          (line, column, lineStart) = (line + 1, 1, offset + 1)
        } else if bytes[offset] & 0xC0 != 0x80 {
          column += 1
        }
        offset += 1
      }
    }
  }

  /// The end of the name behind its last dot, in lower case; empty where there is none.
  package var suffix: String {
    let last = name.split(separator: "/").last ?? ""
    return last.split(separator: ".").dropFirst().last.map { $0.lowercased() } ?? ""
  }

  /// A file's name without its folders and its last ending, by which what it holds is called:
  /// `data/qwen-0.5b.json` is `qwen-0.5b`, and so is `qwen-0.5b.jsonl.gz`.
  package static func stem(of path: String) -> String {
    var parts = (path.split(separator: "/").last ?? "").split(separator: ".")
    if parts.count > 2, parts.last == "gz" { parts.removeLast() }
    return parts.count > 1 ? parts.dropLast().joined(separator: ".") : String(parts.first ?? "")
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package static func read(
    _ path: String, isStrict: Bool = true
  ) throws(DocumentError) -> SourceFile {
    try SourceFile(name: path, bytes: bytes(of: path), isStrict: isStrict)
  }

  /// Reads a file's bytes, or those that come through a pipe.
  package static func bytes(of path: String) throws(DocumentError) -> [UInt8] {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let values = try? url.resourceValues(
      forKeys: [.isDirectoryKey, .isRegularFileKey, .fileSizeKey])
    if values?.isDirectory == true { throw missing("\(path): this is a folder; name a file") }
    guard values?.isRegularFile == true else { return try pipedBytes(of: path) }
    if let size = values?.fileSize, size > maximumBytes { throw tooLong(path, size) }
    do {
      return try Array(Data(contentsOf: url))
    } catch {
      throw missing("\(path): the file cannot be read (\(error.systemReason))", cause: error)
    }
  }

  /// A pipe has no length, and the name that a shell gives it (`/dev/fd/63`) leads nowhere but by itself.
  private static func pipedBytes(of path: String) throws(DocumentError) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw missing("\(path): there is no such file")
    }
    var bytes: [UInt8] = []
    do {
      while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
        bytes += part
        if bytes.count > maximumBytes { break }
      }
    } catch {
      throw missing("\(path): the file cannot be read (\(error.systemReason))", cause: error)
    }
    if bytes.count > maximumBytes { throw tooLong(path, bytes.count) }
    return bytes
  }

  private static func tooLong(_ path: String, _ bytes: Int) -> DocumentError {
    missing("\(path): \(bytes) bytes; at most \(maximumBytes) are read; split the file")
  }

  private static func missing(_ message: String, cause: (any Error)? = nil) -> DocumentError {
    var error = DocumentError(message, cause: cause)
    error.isMissing = true
    return error
  }

  /// Whether there is a file, not a folder, at a path.
  package static func exists(_ path: String) -> Bool {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == false
  }
}
