/// A line being edited, and the lines before it.
struct LineBuffer {
  /// What a key did.
  enum Outcome: Equatable {
    case editing
    case line(String)
    case interrupted
    case endOfInput
  }

  private var history: [String]
  private var characters: [Character] = []
  /// The place of the next character.
  private(set) var cursor = 0
  private var recalled: Int?
  private var draft: [Character] = []

  /// - Parameter history: Earlier lines, oldest first.
  init(history: [String]) { self.history = history }

  var text: String { String(characters) }

  mutating func press(_ key: Key) -> Outcome {
    switch key {
    case .enter: return .line(text)
    case .interrupt: return .interrupted
    case .endOfInput:
      if characters.isEmpty { return .endOfInput }
      removeForward()
    case .text(let character):
      characters.insert(character, at: cursor)
      cursor += 1
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
    case .unknown: break
    }
    return .editing
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
