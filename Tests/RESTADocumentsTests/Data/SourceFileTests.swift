import Foundation
import Testing

@testable import RESTADocuments

@Suite("Data files") struct SourceFileTests {
  @Test(
    arguments: [
      ([0x61, 0xFF], "f:1: byte 2 of the line is not UTF-8; save the file as UTF-8"),
      ([0xFF], "f:1: byte 1 of the line is not UTF-8; save the file as UTF-8"),
      (
        [0x61, 0x0A, 0x0A, 0xC3, 0xA9, 0xC3],
        "f:3: byte 3 of the line is not UTF-8; save the file as UTF-8"
      ),
      // A surrogate, an overlong form, and other encodings.
      ([0xED, 0xA0, 0x80], "f:1: byte 1 of the line is not UTF-8; save the file as UTF-8"),
      ([0xC0, 0x80], "f:1: byte 1 of the line is not UTF-8; save the file as UTF-8"),
      ([0xFE, 0xFF, 0x00, 0x61], "f: this is UTF-16; save it as UTF-8"),
      ([0xFF, 0xFE, 0x61, 0x00], "f: this is UTF-16; save it as UTF-8"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "f: this is UTF-32; save it as UTF-8"),
      ([0x61, 0, 0x62, 0], "f: this looks like UTF-16 or UTF-32; save it as UTF-8"),
      ([0x1F, 0x8B, 8], "f: this is compressed with gzip; unpack it"),
      (
        Array("version https://git-lfs.github.com/spec/v1\n".utf8),
        "f: this is a pointer of Git LFS, not the file itself; fetch it with 'git lfs pull'"
      ),
      (
        Array("\u{FEFF}\n\r\n\n<!DOCTYPE html>\n".utf8),
        "f: this is a page of HTML; download the file itself"
      ),
      (
        Array("<?xml version=\"1.0\"?><Error/>".utf8),
        "f: this is XML, such as a server's error; download the file itself"
      ),
      // Windows' Latin letters.
      ([0x61, 0xE9, 0x62], "f:1: byte 2 of the line is not UTF-8; save the file as UTF-8"),
    ] as [([UInt8], String)])
  func `bytes that are not UTF-8 are an error with their place`(bytes: [UInt8], message: String) {
    let error = #expect(throws: DocumentError.self) { try SourceFile(name: "f", bytes: bytes) }
    #expect(error?.message == message)
  }

  @Test func `a byte order mark is left out of the text and counts for the digest`() throws {
    let file = try SourceFile(name: "f", bytes: [0xEF, 0xBB, 0xBF, 0x61, 0x62, 0x63])
    #expect(file.bytes == Array("abc".utf8))
    #expect(file.sha256 == Digest.sha256(of: [0xEF, 0xBB, 0xBF, 0x61, 0x62, 0x63] as [UInt8]))
  }

  @Test func `a missing file and a folder are told apart`() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let missing = #expect(throws: DocumentError.self) { try SourceFile.read("no/such/file") }
    #expect(missing?.message == "no/such/file: there is no such file")
    #expect(missing?.isMissing == true)
    let wrong = #expect(throws: DocumentError.self) { try SourceFile.read(folder) }
    #expect(wrong?.message == "\(folder): this is a folder; name a file")
  }

  @Test func `a file that is too large is refused before it is read`() throws {
    // A hole: it takes no space.
    let url = FileManager.default.temporaryDirectory
      .appending(path: "resta-large-\(ProcessInfo.processInfo.processIdentifier)")
    #expect(FileManager.default.createFile(atPath: url.path, contents: nil))
    defer { try? FileManager.default.removeItem(at: url) }
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: UInt64(SourceFile.maximumBytes) + 1)
    try handle.close()
    let error = #expect(throws: DocumentError.self) { try SourceFile.read(url.path) }
    #expect(error?.message.contains("268435457 bytes; at most 268435456 are read") == true)
  }
}
