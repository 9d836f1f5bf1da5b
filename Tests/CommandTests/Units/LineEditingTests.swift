import Foundation
import RESTATesting
import Testing

@testable import RESTALocal

@Suite("Line editing") struct LineEditingTests {
  private func keys(_ bytes: [UInt8]) -> [Key] {
    var decoder = KeyDecoder()
    return bytes.compactMap { decoder.take($0) }
  }

  @Test(arguments: [
    (Array("a".utf8), [Key.text("a")]),
    (Array("é你🙂".utf8), [.text("é"), .text("你"), .text("🙂")]),
    ([0x1B, 0x5B, 0x41], [.up]), ([0x1B, 0x4F, 0x42], [.down]),
    ([0x1B, 0x5B, 0x33, 0x7E], [.delete]), ([0x1B, 0x5B, 0x31, 0x3B, 0x35, 0x43], [.right]),
    ([0x1B, 0x5B, 0x5B, 0x41, 0x61], [.unknown, .text("a")]),
    ([0x0D], [.enter]), ([0x7F], [.backspace]), ([0x03], [.interrupt]), ([0x04], [.endOfInput]),
    ([0xFF, 0x61], [.unknown, .text("a")]), ([0x09], [.text("\t")]),
    // Latin-1, from a terminal that is not set to UTF-8.
    ([0xE4, 0x62, 0xE4, 0x0D], [.text("b"), .enter]),
    (Array("\u{1B}[200~a\r\u{1B}[201~".utf8), [.pasteStart, .text("a"), .enter, .pasteEnd]),
  ])
  func `bytes become keys`(bytes: [UInt8], expected: [Key]) {
    #expect(keys(bytes) == expected)
  }

  private func edit(_ keys: [Key], history: [String] = []) -> (String, Int) {
    var buffer = LineBuffer(history: history)
    for key in keys { _ = buffer.press(key) }
    return (buffer.text, buffer.cursor)
  }

  @Test(arguments: [
    ([Key.text("a"), .text("b"), .left, .text("c")], "acb", 2),
    ([.text("a"), .backspace, .backspace], "", 0),
    ([.text("a"), .text("b"), .home, .delete], "b", 0),
    ([.text("a"), .text(" "), .text("b"), .deleteWord], "a ", 2),
    ([.text("a"), .text("b"), .left, .deleteToEnd], "a", 1),
    ([.text("a"), .text("b"), .left, .deleteToStart], "b", 0),
    ([.text("x"), .up], "new", 3), ([.text("x"), .up, .up], "old", 3),
    ([.text("x"), .up, .up, .up], "old", 3), ([.text("x"), .up, .down], "x", 1),
    ([.text("a"), .home, .endOfInput], "", 0),
    ([.pasteStart, .text("a"), .enter, .text("b"), .pasteEnd], "a\nb", 3),
  ])
  func `keys edit the line`(keys: [Key], text: String, cursor: Int) {
    #expect(edit(keys, history: ["old", "new"]) == (text, cursor))
  }

  @Test func `the end of input ends an empty line only`() {
    var buffer = LineBuffer(history: [])
    #expect(buffer.press(.endOfInput) == .endOfInput)
    _ = buffer.press(.text("a"))
    #expect(buffer.press(.endOfInput) == .editing)
    #expect(buffer.press(.enter) == .line("a"))
  }

  @Test func `two conversations keep their lines in one file`() throws {
    let file = try TemporaryFile("old\n")
    var one = try LineReader(historyFile: file.path)
    var other = try LineReader(historyFile: file.path)
    one.remember("a")
    other.remember("b")
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "old\na\nb\n")
  }

  @Test func `a message of several lines is one entry, behind a last line without an end too`()
    throws
  {
    let file = try TemporaryFile("old")
    var reader = try LineReader(historyFile: file.path)
    reader.remember("one\ntwo")
    reader.remember("three")
    let history = try LineReader(historyFile: file.path).history
    #expect(history == ["old", "one\ntwo", "three"])
  }

  @Test func `lines that an editor ended as on Windows are lines too`() throws {
    let file = try TemporaryFile("old\r\nnew\r\n")
    var reader = try LineReader(historyFile: file.path)
    #expect(reader.history == ["old", "new"])
    reader.remember("newest")
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "old\r\nnew\r\nnewest\n")
  }

  @Test(arguments: ["\n", "\r\n"]) func `a file that grew long is cut`(end: String) throws {
    let file = try TemporaryFile((1...2001).map { "\($0)\(end)" }.joined())
    var reader = try LineReader(historyFile: file.path)
    reader.remember("new")
    let kept = try String(contentsOfFile: file.path, encoding: .utf8).split(separator: "\n")
    #expect(kept.count == 1001 && kept.first == "1002" && kept.last == "new")
  }

  @Test func `a file is cut while others add to it, and nothing of theirs is lost`() throws {
    for _ in 0..<20 {
      let file = try TemporaryFile(String(repeating: "old\n", count: 2001))
      let path = file.path
      DispatchQueue.concurrentPerform(iterations: 4) { writer in
        if writer == 0 {
          _ = try? LineReader(historyFile: path)
        } else {
          for number in 0..<100 { try? OutputFile.append("\(writer), \(number)\n", to: path) }
        }
      }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let added = lines.filter { $0 != "old" }
      #expect(added.count == 300 && lines.count <= 1300)
    }
  }

  @Test func `a line's end that is pasted sends nothing`() {
    var buffer = LineBuffer(history: [])
    for key in [Key.pasteStart, .text("a"), .enter] { #expect(buffer.press(key) == .editing) }
    #expect(String(buffer.before) == "a\n" && buffer.after.isEmpty)
    #expect(buffer.press(.pasteEnd) == .editing)
    #expect(buffer.press(.enter) == .line("a"), "the message ends before the last line's end")
    #expect(String(buffer.before) == "a\n" && buffer.after.isEmpty, "it is drawn once more")
  }
}
