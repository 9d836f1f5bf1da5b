import RESTATesting
import Testing

@testable import RESTA

@Suite("TextAssembler")
struct TextAssemblerTests {
  /// Feeds chunks; gives what came out each time, the rest last.
  private static func feed(
    _ chunks: [[UInt8]], stop: [String]
  ) -> (deltas: [String], isStopped: Bool) {
    var assembler = TextAssembler(stop: stop)
    var deltas = chunks.map { assembler.append($0) }
    deltas.append(assembler.finish())
    return (deltas, assembler.isStopped)
  }

  private static func chunks(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [[UInt8]] {
    let longest = generator.element(of: [1, 2, 5, 20])
    var chunks: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = generator.integer(in: 0...longest)
      chunks.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return chunks
  }

  private static func places(of stop: [String], in bytes: [UInt8]) -> [Int] {
    bytes.indices.filter { place in stop.contains { bytes[place...].starts(with: $0.utf8) } }
  }

  private static func decoded(_ bytes: some Collection<UInt8>) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  /// Text, text with bytes lost, and bytes that are mostly no text at all.
  private static func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
    let pieces: [[UInt8]] =
      ["a", "b", "c", "é", "€", "🙂", "e\u{301}", "\u{FFFD}", "\u{FEFF}", "\0", "\r\n"].map {
        Array($0.utf8)
      }
    let count = generator.integer(in: 0...14)
    switch generator.integer(in: 0...3) {
    case 0: return (0..<count).flatMap { _ in generator.element(of: pieces) }
    case 1:
      return (0..<count).flatMap { _ in generator.element(of: pieces) }
        .filter { _ in !generator.chance(0.2) }
    case 2:
      let odd: [UInt8] = [
        0x61, 0x62, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xE2, 0x82, 0xAC, 0xED, 0xEF, 0xF0,
        0x90, 0x8F, 0xF4, 0xF5, 0xFF,
      ]
      return (0..<count).map { _ in generator.element(of: odd) }
    default: return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
  }

  @Test("gives out the decoding of all bytes, however they are cut")
  func decoding() {
    var generator = SeededGenerator(seed: 61)
    for number in 0..<3_000 {
      let bytes = Self.bytes(&generator)
      let chunks = Self.chunks(bytes, &generator)
      let (deltas, isStopped) = Self.feed(chunks, stop: [])
      let place: Comment = "case \(number): \(chunks) gave \(deltas)"
      #expect(deltas.flatMap(\.utf8) == Self.decoded(bytes), place)
      #expect(!isStopped, place)
    }
  }

  /// No stop string holds another one, so which comes first doesn't depend on how bytes are cut.
  private static let apart: [[String]] = [
    ["aab"], ["b"], ["aa"], ["aba"], ["abab"], ["ab", "bc"], ["€"], ["é", "cc"], ["🙂"], ["a€"],
    ["e\u{301}"], ["\u{FFFD}"], ["aab", "aba", "baa"], ["€🙂", "🙂€"], ["\r\n"],
  ]

  @Test("stops before the first stop string, however the bytes are cut")
  func stopping() {
    var generator = SeededGenerator(seed: 62)
    for number in 0..<4_000 {
      let stop = generator.element(of: Self.apart)
      var bytes = Self.bytes(&generator)
      if generator.chance(0.5) {
        bytes += Array(generator.element(of: stop).utf8) + Self.bytes(&generator)
      }
      let chunks = Self.chunks(bytes, &generator)
      let (deltas, isStopped) = Self.feed(chunks, stop: stop)
      let first = Self.places(of: stop, in: bytes).first
      let place: Comment = "case \(number): \(stop) in \(chunks) gave \(deltas)"
      #expect(isStopped == (first != nil), place)
      #expect(deltas.flatMap(\.utf8) == Self.decoded(bytes.prefix(first ?? bytes.count)), place)
    }
  }

  @Test("of stop strings within each other, stops at the one that is complete first")
  func nestedStops() {
    let sets = [
      ["abab", "ba"], ["aabc", "a", "ab"], ["abc", "b"], ["a🙂b", "🙂"], ["aaa", "aa"],
    ]
    var generator = SeededGenerator(seed: 63)
    for number in 0..<2_000 {
      let stop = generator.element(of: sets)
      let bytes = (0..<generator.integer(in: 0...12)).flatMap { _ in
        Array(generator.element(of: ["a", "b", "c", "🙂"]).utf8)
      }
      let chunks = Self.chunks(bytes, &generator)
      let (deltas, isStopped) = Self.feed(chunks, stop: stop)
      // After each chunk, the earliest stop string in all the bytes so far.
      let first = chunks.indices.lazy
        .compactMap { Self.places(of: stop, in: chunks[...$0].flatMap { $0 }).first }.first
      let place: Comment = "case \(number): \(stop) in \(chunks) gave \(deltas)"
      #expect(isStopped == (first != nil), place)
      #expect(deltas.flatMap(\.utf8) == Self.decoded(bytes.prefix(first ?? bytes.count)), place)
    }
  }

  @Test("gives out nothing that later bytes could change, and holds back no more than it must")
  func holdingBack() {
    var generator = SeededGenerator(seed: 64)
    for number in 0..<1_500 {
      let stop = generator.chance(0.3) ? [] : generator.element(of: Self.apart)
      let bytes = Self.bytes(&generator)
      let chunks = Self.chunks(bytes, &generator)
      var assembler = TextAssembler(stop: stop)
      var given: [UInt8] = []
      var taken: [UInt8] = []
      for chunk in chunks {
        given += Array(assembler.append(chunk).utf8)
        taken += chunk
        if assembler.isStopped { break }
        let place: Comment = "case \(number): \(stop) in \(chunks), after \(taken): \(given)"
        // Whatever follows: the start of a stop string, the rest of a character, or anything.
        for next in ["", "a", "aab", "b", "🙂"].map({ Array($0.utf8) }) + [[0x82, 0xAC], [0xBF]] {
          let all = taken + next
          let first = Self.places(of: stop, in: all).first ?? all.count
          #expect(Self.decoded(all.prefix(first)).starts(with: given), place)
        }
        // An unfinished character has 3 bytes at most, an unfinished stop string one less than all;
        // 3 more where that many bytes back is inside of a character.
        let held = max(3, (stop.map(\.utf8.count).max() ?? 0) - 1)
        let isPrompt = (held...(held + 3)).contains {
          given.starts(with: Self.decoded(taken.dropLast($0)))
        }
        #expect(isPrompt, place)
      }
    }
  }

  @Test(
    "finds stop strings that overlap themselves and each other",
    arguments: [
      ("aaab", ["aab"], "a"), ("aaaab", ["aab"], "aa"), ("ababac", ["abac"], "ab"),
      ("aabaab", ["aab"], ""), ("aaa", ["aab"], "aaa"), ("xaay", ["aab", "ay"], "xa"),
      ("abcabd", ["abd", "cab"], "ab"), ("mississippi", ["issip"], "miss"),
    ] as [(String, [String], String)])
  func overlaps(text: String, stop: [String], expected: String) {
    for size in 1...text.utf8.count {
      let bytes = Array(text.utf8)
      let chunks = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      #expect(Self.feed(chunks, stop: stop).deltas.joined() == expected, "chunks of \(size)")
    }
  }

  @Test("gives out characters only when they are complete")
  func characters() {
    let (deltas, _) = Self.feed("a€🙂".utf8.map { [$0] }, stop: [])
    #expect(deltas == ["a", "", "", "€", "", "", "", "🙂", ""])
  }

  @Test("gives out broken characters as soon as they are known to be broken")
  func brokenCharacters() {
    let (deltas, _) = Self.feed([[0xE2], [0x82], [0x61], [0xFF], [0xF0, 0x9F]], stop: [])
    #expect(deltas == ["", "", "\u{FFFD}a", "\u{FFFD}", "", "\u{FFFD}"])
  }

  @Test("gives out nothing after a stop string")
  func afterStop() {
    var assembler = TextAssembler(stop: ["!"])
    #expect(assembler.append(Array("a!b".utf8)) == "a")
    #expect(assembler.isStopped)
    #expect(assembler.append(Array("c!d".utf8)).isEmpty)
    #expect(assembler.finish().isEmpty)
  }

  @Test("gives out the rest once")
  func finishing() {
    var assembler = TextAssembler(stop: ["abc"])
    #expect(assembler.append(Array("xab".utf8)) == "x")
    #expect(assembler.finish() == "ab")
    #expect(assembler.finish().isEmpty)
  }
}
