import Foundation
import Logging
import RESTATesting
import Testing

@testable import RESTAServer

/// What a client could send to look like somebody else in the log.
@Suite("Hostile values in a log")
struct HostileLogTests {
  private static let pieces = [
    "\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}", "\0", "\u{1B}[2K",
    "\u{7F}", "\u{9B}", "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{E0041}", "\"", "\\", "\\n", "{",
    "}",
    "=", " ", "a", "é", "e\u{301}", "字", "\u{1F468}\u{200D}\u{1F469}", "\",\"level\":\"error\"",
    "2026-11-26T01:02:03.456Z error forged x=1", "level", "message", "time", "label",
  ]

  private static func text(_ generator: inout SeededGenerator) -> String {
    (0..<generator.integer(in: 0...6)).map { _ in generator.element(of: pieces) }.joined()
  }

  private static func metadata(
    _ generator: inout SeededGenerator, depth: Int
  ) -> Logger.Metadata {
    var result: Logger.Metadata = [:]
    for _ in 0..<generator.integer(in: 0...4) {
      let key = text(&generator)
      switch generator.integer(in: 0...(depth > 0 ? 3 : 1)) {
      case 0: result[key] = .string(text(&generator))
      case 1: result[key] = .stringConvertible(text(&generator))
      case 2: result[key] = .dictionary(metadata(&generator, depth: depth - 1))
      default: result[key] = .array([.string(text(&generator)), .string(text(&generator))])
      }
    }
    return result
  }

  private static func count(_ value: Logger.MetadataValue) -> Int {
    switch value {
    case .string, .stringConvertible: 1
    case .array(let values): values.reduce(0) { $0 + count($1) }
    case .dictionary(let members): members.values.reduce(0) { $0 + count($1) }
    }
  }

  /// One line feed at the end, and nothing in front of it that any reader takes for the end of a line,
  /// or that a terminal obeys.
  private static func isOneLine(_ line: String) -> Bool {
    line.unicodeScalars.last == "\n"
      && line.unicodeScalars.dropLast().allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
  }

  @Test("stay in their line and field", arguments: ServerSettings.Log.Format.allCases)
  func lines(format: ServerSettings.Log.Format) throws {
    for seed in 0..<400 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let log = LogCollector()
      let message = Self.text(&generator)
      let metadata = Self.metadata(&generator, depth: 2)
      log.logger(format).info("\(message)", metadata: metadata)
      let line = try #require(log.lines.first)
      #expect(log.lines.count == 1)
      #expect(Self.isOneLine(line), "seed \(seed): \(line.debugDescription)")
      guard format == .json else {
        #expect(line.hasPrefix("2026-11-26T01:02:03.456Z info "))
        continue
      }
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let members = try #require(object as? [String: String], "seed \(seed)")
      // Foundation keeps one of two members with the same name: none may be lost.
      #expect(members.count == 4 + Self.count(.dictionary(metadata)), "seed \(seed): \(line)")
      #expect(members["level"] == "info")
      #expect(members["label"] == "resta.test")
      let read = try #require(members["message"])
      #expect(read.utf8.elementsEqual(message.utf8), "seed \(seed)")
    }
  }

  @Test("cannot stand in for the log's own fields")
  func reserved() throws {
    let log = LogCollector()
    log.logger(.json).info("real", metadata: ["message": "forged", "level": "error", "time": "x"])
    #expect(
      log.lines == [
        """
        {"time":"2026-11-26T01:02:03.456Z","level":"info","label":"resta.test","message":"real",\
        "level_":"error","message_":"forged","time_":"x"}

        """
      ])
  }

  @Test(
    "are escaped so that they can be read back", arguments: ["\r\n", "\u{E0041}", "\u{1B}[31m"])
  func escapes(text: String) throws {
    let json = LogText.json(text)
    let read = try JSONDecoder().decode(String.self, from: Data(json.utf8))
    #expect(read.utf8.elementsEqual(text.utf8))
    #expect(json.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
  }
}
