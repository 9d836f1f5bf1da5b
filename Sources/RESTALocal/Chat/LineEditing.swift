/// A line being edited, and the lines before it.
struct LineBuffer {
  /// What a key did.
  enum Outcome: Equatable {
    case line(String)
    case editing, interrupted, endOfInput
  }

  private var history: [String]
  private var characters: [Character] = []
  /// The place of the next character.
  private(set) var cursor = 0
  private var recalled: Int?
  private var draft: [Character] = []
  private(set) var isPasting = false

  /// - Parameter history: Earlier lines, oldest first.
  init(history: [String]) { self.history = history }

  var text: String { String(characters) }
  /// The text in front of the cursor, and from there on.
  var before: ArraySlice<Character> { characters[..<cursor] }
  var after: ArraySlice<Character> { characters[cursor...] }

  mutating func press(_ key: Key) -> Outcome {
    switch key {
    case .enter where isPasting: insert("\n")
    case .enter:
      // What was pasted may end with its line's end.
      let kept = characters.reversed().drop { $0 == "\n" }
      return .line(String(kept.reversed()))
    case .interrupt: return .interrupted
    case .endOfInput:
      if characters.isEmpty { return .endOfInput }
      removeForward()
    case .text(let character): insert(character)
    case .backspace:
      if cursor > 0 {
        cursor -= 1
        characters.remove(at: cursor)
      }
    case .delete: removeForward()
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home: cursor = 0
    case .end: cursor = characters.count
    case .deleteToStart:
      characters.removeSubrange(..<cursor)
      cursor = 0
    case .deleteToEnd: characters.removeSubrange(cursor...)
    case .deleteWord: removeWord()
    case .up: recall(-1)
    case .down: recall(1)
    case .pasteStart: isPasting = true
    case .pasteEnd: isPasting = false
    case .unknown: break
    }
    return .editing
  }

  private mutating func insert(_ character: Character) {
    characters.insert(character, at: cursor)
    cursor += 1
  }

  private mutating func removeForward() {
    if cursor < characters.count { characters.remove(at: cursor) }
  }

  private mutating func removeWord() {
    let start = cursor
    while cursor > 0, characters[cursor - 1].isWhitespace { cursor -= 1 }
    while cursor > 0, !characters[cursor - 1].isWhitespace { cursor -= 1 }
    characters.removeSubrange(cursor..<start)
  }

  /// Goes back or forward in the history; what was typed comes back behind the newest line.
  private mutating func recall(_ step: Int) {
    let target = (recalled ?? history.count) + step
    guard (0...history.count).contains(target) else { return }
    if recalled == nil { draft = characters }
    recalled = target == history.count ? nil : target
    characters = target == history.count ? draft : Array(history[target])
    cursor = characters.count
  }
}

/// What a person pressed, decoded from the bytes that a terminal sends.
enum Key: Equatable {
  case text(Character)
  case enter, left, right, up, down, home, end
  case backspace, delete, deleteToStart, deleteToEnd, deleteWord
  case pasteStart, pasteEnd, interrupt, endOfInput, unknown
}

/// Decodes keys byte by byte.
struct KeyDecoder {
  private var pending: [UInt8] = []

  /// Takes a byte, and returns the key that it completes, or `nil` when more bytes are needed.
  mutating func take(_ byte: UInt8) -> Key? {
    // A character that breaks off must not take the next key along.
    if pending.first ?? 0 >= 0x80, byte & 0xC0 != 0x80 { pending = [] }
    pending.append(byte)
    let key =
      pending[0] == 0x1B
      ? escape()
      : pending[0] < 0x20 || pending[0] == 0x7F
        ? Self.control(pending[0]) : character()
    if key != nil { pending = [] }
    return key
  }

  private static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x0A, 0x0D: .enter
    case 0x08, 0x7F: .backspace
    case 0x01: .home
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x09: .text("\t")
    case 0x0B: .deleteToEnd
    case 0x0E: .down
    case 0x10: .up
    case 0x15: .deleteToStart
    case 0x17: .deleteWord
    default: .unknown
    }
  }

  /// `ESC [ parameters final` or `ESC O final`; anything else behind an escape is dropped.
  private func escape() -> Key? {
    guard pending.count > 1 else { return nil }
    guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else {
      return .unknown
    }
    guard let final = pending.dropFirst(2).last else { return nil }
    // The function keys of Linux's console: `ESC [ [ A` to `E`.
    if pending[2] == UInt8(ascii: "[") { return pending.count > 3 ? .unknown : nil }
    guard (0x40...0x7E).contains(final) else { return pending.count > 16 ? .unknown : nil }
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "~"):
      return Self.numbered[String(decoding: pending[2...], as: UTF8.self)]
        ?? .unknown
    default: return .unknown
    }
  }

  private static let numbered: [String: Key] = [
    "1~": .home, "3~": .delete, "4~": .end, "7~": .home, "8~": .end, "200~": .pasteStart,
    "201~": .pasteEnd,
  ]

  /// One character of UTF-8; bytes that are none are dropped.
  private func character() -> Key? {
    let length =
      switch pending[0] {
      case 0xF0...0xF7: 4
      case 0xE0...0xEF: 3
      case 0xC0...0xDF: 2
      default: 1
      }
    guard pending.count == length else { return nil }
    return String(validating: pending, as: UTF8.self)?.first.map { .text($0) } ?? .unknown
  }
}
