/// Turns the bytes of generated tokens into text as they come.
///
/// Only text that can no longer change is given out: a character whose bytes are not all there yet is held back, and
/// so is anything that may be the start of a stop string. What is given out in total is always `String(decoding:
/// bytes, as: UTF8.self)` of all the bytes before the first stop string: bytes that are no UTF-8 become U+FFFD.
struct TextAssembler {
  private let stops: [[UInt8]]
  private var pending: [UInt8] = []
  /// Whether a stop string was found; nothing is given out any more then.
  private(set) var isStopped = false

  init(stop: [String]) {
    stops = stop.map { Array($0.utf8) }
  }

  /// Takes the bytes of one token.
  mutating func append(_ bytes: [UInt8]) -> String {
    guard !isStopped else { return "" }
    pending += bytes
    if let start = earliestStop() {
      isStopped = true
      return take(start)
    }
    return take(min(startOfPossibleStop(), startOfIncompleteCharacter()))
  }

  /// Ends the text: gives out what was held back.
  mutating func finish() -> String {
    isStopped ? "" : take(pending.count)
  }

  private mutating func take(_ count: Int) -> String {
    let text = String(decoding: pending[..<count], as: UTF8.self)
    pending.removeFirst(count)
    return text
  }

  private func earliestStop() -> Int? {
    pending.indices.first { start in
      stops.contains { pending[start...].starts(with: $0) }
    }
  }

  /// The first place from which everything pending is the beginning of a stop string.
  private func startOfPossibleStop() -> Int {
    pending.indices.first { start in
      stops.contains { $0.starts(with: pending[start...]) }
    } ?? pending.count
  }

  /// The start of a last character that more bytes may complete.
  private func startOfIncompleteCharacter() -> Int {
    // A character has at most 4 bytes, so an incomplete one at most 3.
    for length in stride(from: min(3, pending.count), to: 0, by: -1) {
      let start = pending.count - length
      if Self.isIncompleteCharacter(pending[start...]) { return start }
    }
    return pending.count
  }

  /// Whether bytes are the beginning of one well-formed character, and not yet all of it
  /// (table 3-7 of the Unicode Standard).
  private static func isIncompleteCharacter(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let lead = bytes.first else { return false }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return false
    }
    let rest = bytes.dropFirst()
    guard bytes.count < length, rest.first.map(second.contains) ?? true else { return false }
    return rest.dropFirst().allSatisfy { (0x80...0xBF).contains($0) }
  }
}
