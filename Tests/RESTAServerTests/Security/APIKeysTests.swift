import Foundation
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("API keys")
struct APIKeysTests {
  private static let first = "first-key-0123456789"
  private static let second = "second-key-abc/def+=="

  private static func basic(_ text: String) -> String {
    "Basic " + Data(text.utf8).base64EncodedString()
  }

  @Test(
    "reads lines with and without names, comments, blank lines and every line end",
    arguments: ["\n", "\r\n"])
  func files(end: String) throws {
    let lines = [
      "\u{FEFF}# clients", "", "  \(Self.first)\t ", "   # name=comment", "ci=\(Self.second)",
      "third-key-0123456789",
    ]
    let keys = try APIKeys(file: lines.joined(separator: end))
    #expect(keys.identity(authorization: "Bearer \(Self.first)") == "key-1")
    #expect(keys.identity(authorization: "Bearer \(Self.second)") == "ci")
    #expect(keys.identity(authorization: "Bearer third-key-0123456789") == "key-3")
    #expect(!keys.isEmpty)
  }

  @Test("counts the environment's keys behind the file's")
  func environment() throws {
    let keys = try APIKeys(
      file: "a=\(Self.first)\n", environment: " \(Self.second.dropLast(2)) ,b=fourth-key-0123456,")
    #expect(keys.identity(authorization: "Bearer \(Self.first)") == "a")
    #expect(keys.identity(authorization: "Bearer \(Self.second.dropLast(2))") == "key-2")
    #expect(keys.identity(authorization: "Bearer fourth-key-0123456") == "b")
  }

  @Test("lets two keys share a name")
  func rotation() throws {
    let keys = try APIKeys(file: "ci=\(Self.first)\nci=\(Self.second)")
    #expect(keys.identity(authorization: "Bearer \(Self.first)") == "ci")
    #expect(keys.identity(authorization: "Bearer \(Self.second)") == "ci")
  }

  @Test("is empty without sources, and then knows nobody")
  func none() throws {
    let keys = try APIKeys()
    #expect(keys.isEmpty)
    #expect(keys.identity(authorization: "Bearer \(Self.first)") == nil)
    #expect(keys.identity(authorization: "Bearer ") == nil)
  }

  @Test(
    "accepts Bearer and Basic in any case, and a password with colons",
    arguments: [
      ("Bearer \(first)", "a"), ("bearer \(first)", "a"), ("BEARER   \(first)", "a"),
      (basic("anybody:\(first)"), "a"), (basic(":\(first)"), "a"),
      ("bAsIc " + basic("x:\(first)").dropFirst(6), "a"), (basic("u:with:colons:0123456789"), "b"),
    ])
  func schemes(header: String, name: String) throws {
    let keys = try APIKeys(file: "a=\(Self.first)\nb=with:colons:0123456789")
    #expect(keys.identity(authorization: header) == name)
  }

  @Test(
    "accepts nothing else",
    arguments: [
      nil, "", " ", "Bearer", "Bearer ", first, "Token \(first)", "Bearer \(first) ",
      "Bearer \(first)x", "Bearer \(first.dropLast())", "Bearer \(first.uppercased())",
      "Bearer a=\(first)", "Bearer a", "Bearer,\(first)", "Basic \(first)", "Basic ====",
      basic(first), basic("\(first):"), basic("\(first):x"), basic("x:\(first)\n"),
    ])
  func wrong(header: String?) throws {
    let keys = try APIKeys(file: "a=\(Self.first)")
    #expect(keys.identity(authorization: header) == nil)
  }

  @Test("tells keys apart by every byte")
  func mutations() throws {
    var generator = SeededGenerator(seed: 1)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_/+".utf8)
    let secrets = (0..<20).map { _ in
      (0..<generator.integer(in: 16...80)).map { _ in generator.element(of: letters) }
    }
    let texts = secrets.map { String(decoding: $0, as: UTF8.self) }
    let keys = try APIKeys(file: texts.joined(separator: "\n"))
    for (index, text) in texts.enumerated() {
      #expect(keys.identity(authorization: "Bearer \(text)") == "key-\(index + 1)")
    }
    for _ in 0..<500 {
      var bytes = generator.element(of: secrets)
      bytes[generator.integer(in: 0...bytes.count - 1)] ^= UInt8(1 << generator.integer(in: 0...6))
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(keys.identity(authorization: "Bearer \(text)") == nil, "\(text)")
    }
  }

  @Test(
    "names the line of what is wrong, and never shows a key",
    arguments: [
      ("# x\n\nshort-SECRET", "keys.txt, line 3"), ("ok-key-0123456789\nname=SECRET", "line 2"),
      ("forgotten-SECRET-key=", "line 1"), ("forgotten-SECRET-key==", "line 1"),
      ("a b=SECRET-0123456789", "line 1"), ("=SECRET-0123456789", "line 1"),
      ("SECRET 0123456789 0123456789", "line 1"), ("SECRET-0123456789-\u{E9}", "line 1"),
      ("SECRET-0123456789-\u{7}", "line 1"), ("anonymous=SECRET-0123456789", "line 1"),
      ("key-7=SECRET-0123456789", "line 1"), ("SECRET-0123456789\nx=SECRET-0123456789", "line 2"),
      ("SECRET-0123456789 # a remark", "line 1"),
    ])
  func faults(file: String, place: String) throws {
    let error = try #require(throws: ServerError.self) {
      try APIKeys(file: file, path: "keys.txt")
    }
    #expect(error.code == .invalidSetting)
    #expect(error.message.contains(place), "\(error.message)")
    #expect(!error.message.contains("SECRET"), "\(error.message)")
  }

  @Test("says which two places hold the same key")
  func duplicates() throws {
    let error = try #require(throws: ServerError.self) {
      try APIKeys(file: "\n\(Self.first)", path: "k", environment: "x=\(Self.first)")
    }
    #expect(error.message.contains("RESTA_API_KEYS, key 1"))
    #expect(error.message.contains("k, line 2"))
  }

  @Test("does not take a source without keys for a server without keys")
  func emptySources() {
    #expect(throws: ServerError.self) { try APIKeys(file: "# none\n") }
    #expect(throws: ServerError.self) { try APIKeys(file: "") }
    #expect(throws: ServerError.self) { try APIKeys(environment: "") }
    #expect(throws: ServerError.self) { try APIKeys(environment: " , ") }
  }

  @Test("keeps no key")
  func digestsOnly() throws {
    let keys = try APIKeys(file: "name=\(Self.first)")
    var text = ""
    dump(keys, to: &text)
    #expect(text.contains("name"))
    #expect(!text.contains(Self.first))
  }
}
