/// Says which positions of an answer are voted on.
struct SmoothingWindow {
  private let prefix: PrefixLength
  private let tag: [UInt8]
  private var tail: [UInt8] = []
  /// The first voted position, once it is known.
  private(set) var start: Int?

  init(_ defense: DefenseSettings) {
    prefix = defense.isActive ? defense.prefix : .tokens(0)
    switch defense.window {
    case .start:
      tag = []
      start = 0
    case .after(let text):
      tag = Array(text.utf8)
    }
  }

  func contains(_ position: Int) -> Bool {
    start.map { prefix.contains(position - $0) } ?? false
  }

  /// Takes the bytes of the token at a position, to see the tag that the window follows.
  mutating func note(_ bytes: [UInt8], at position: Int) {
    guard start == nil else { return }
    tail += bytes
    if tail.indices.contains(where: { tail[$0...].starts(with: tag) }) {
      start = position + 1
      tail = []
    } else {
      // The tag may have begun: keep one byte less than it has.
      tail = Array(tail.suffix(tag.count - 1))
    }
  }
}
