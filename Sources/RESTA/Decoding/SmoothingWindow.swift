/// Says which positions of an answer are voted on.
struct SmoothingWindow {
  private let prefix: PrefixLength
  private let tag: [UInt8]
  /// Where it starts at the latest.
  private let latestStart: Int?
  private var tail: [UInt8] = []
  /// The first voted position, once it is known; below 0 where it lies in an opening that counts.
  private(set) var start: Int?

  /// Makes the window of a prompt that ends with some template text, and so many tokens of an answer.
  init(_ defense: DefenseSettings, promptEnd: [UInt8], countedOpening: Int = 0) {
    prefix = defense.isActive ? defense.prefix : .tokens(0)
    latestStart = defense.latestStart
    switch defense.window {
    case .start:
      tag = []
      start = -countedOpening
    case .after(let text):
      tag = Array(text.utf8)
      // A template that opens the answer behind the tag, as one with its model's thinking off does.
      let isBehind = promptEnd.indices.contains { promptEnd[$0...].starts(with: tag) }
      if isBehind || latestStart == 0 { start = 0 }
    }
  }

  /// Whether something should have been voted on and nothing was, however far the answer has come.
  var neverOpened: Bool { start == nil && prefix != .tokens(0) }

  func contains(_ position: Int) -> Bool {
    start.map { prefix.contains(position - $0) } ?? false
  }

  /// How many positions from one on are voted on, that one included, at most `limit`.
  func remaining(at position: Int, limit: Int) -> Int {
    guard let start, contains(position) else { return 0 }
    switch prefix {
    case .all: return limit
    // Not start + length, which a length without bound overflows.
    case .tokens(let length): return min(limit, length - (position - start))
    }
  }

  /// Whether no position from this one on is voted on any more.
  func isOver(at position: Int) -> Bool {
    guard case .tokens(let length) = prefix, let start else { return false }
    return position >= start && position - start >= length
  }

  /// Takes the bytes of the token at a position, to see the tag that the window follows.
  mutating func note(_ bytes: [UInt8], at position: Int) {
    guard start == nil else { return }
    tail += bytes
    if tail.indices.contains(where: { tail[$0...].starts(with: tag) }) {
      start = position + 1
      tail = []
    } else if let latestStart, position + 1 >= latestStart {
      start = position + 1
    } else {
      // The tag may have begun: keep one byte less than it has.
      tail = Array(tail.suffix(tag.count - 1))
    }
  }
}
