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
