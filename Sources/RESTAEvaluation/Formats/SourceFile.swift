import Foundation
import RESTADocuments

/// A data file's bytes, known to be UTF-8, and the name that errors call it by.
struct SourceFile {
  /// What is read at most: the public sets have a few hundred kilobytes, and a whole file is held in
  /// memory.
  static let maximumBytes = 256 << 20

  /// The path as the user wrote it; several files of a set may have one file name.
  let name: String
  /// The bytes without a byte order mark.
  let bytes: [UInt8]
  /// The SHA-256 of all bytes, the mark included.
  let sha256: String

  /// Takes bytes that were read.
  init(name: String, bytes: [UInt8]) throws(EvaluationError) {
    self.name = name
    sha256 = Digest.sha256(of: bytes)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    if String(validating: bytes, as: UTF8.self) == nil {
      let valid = Self.validPrefix(of: self.bytes)
      let line = self.bytes[..<valid].count { $0 == UInt8(ascii: "\n") } + 1
      let start = self.bytes[..<valid].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      throw EvaluationError(
        .invalidData,
        "\(name):\(line): byte \(valid - start + 1) of the line is not UTF-8; save the file as UTF-8"
      )
    }
  }

  /// Reads a file.
  static func read(_ path: String) throws(EvaluationError) -> SourceFile {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let values: URLResourceValues
    do {
      values = try url.resourceValues(forKeys: [.isDirectoryKey, .fileSizeKey])
    } catch {
      throw EvaluationError(.fileFailed, "\(path): there is no such file", cause: error)
    }
    if values.isDirectory == true {
      throw EvaluationError(.fileFailed, "\(path): this is a folder; name a file")
    }
    if let size = values.fileSize, size > maximumBytes {
      throw EvaluationError(
        .fileFailed, "\(path): \(size) bytes; at most \(maximumBytes) are read; split the file")
    }
    do {
      return try SourceFile(name: path, bytes: Array(Data(contentsOf: url)))
    } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError(.fileFailed, "\(path): the file cannot be read", cause: error)
    }
  }

  /// Whether there is a file, not a folder, at a path.
  static func exists(_ path: String) -> Bool {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == false
  }

  /// How many bytes there are before the first that begins no character.
  private static func validPrefix(of bytes: [UInt8]) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { count += scalar.count }
    return count
  }
}
