/// Says which positions of an answer are voted on: those of the prefix, and those of checkpoints behind it.
struct SmoothingWindow {
  private let prefix: PrefixLength
  /// What opens it, again at each time; empty where nothing does.
  private let tag: [UInt8]
  /// Where it starts at the latest.
  private let latestStart: Int?
  /// How many positions behind the prefix are not voted on, and how many then are, again and again.
  private let checkpoints: (every: Int, tokens: Int)?
  /// Behind how many positions a probe is taken, again and again; nothing else behind the prefix is voted on.
  private let probedEvery: Int?
  private var tail: [UInt8] = []
  /// Where it opened last, once it has; below 0 where that lies in an opening that counts.
  private(set) var start: Int?
  /// Where it opened first: the first voted position.
  private(set) var opening: Int?

  /// Makes the window of a prompt that ends with some template text, and an opening of the answer behind it, so
  /// many tokens of which are the answer's.
  init(
    _ defense: DefenseSettings, promptEnd: [UInt8], opening: [UInt8] = [], countedOpening: Int = 0
  ) {
    prefix = defense.isActive ? defense.prefix : .tokens(0)
    latestStart = defense.latestStart
    let every = defense.isActive ? defense.checkpointEvery : nil
    probedEvery = defense.checkpointForm == .header ? every : nil
    checkpoints =
      defense.checkpointForm == .vote
      ? every.map { every in
        // Together they are no more than there are numbers.
        (every, min(defense.checkpointTokens, .max - every))
      } : nil
    switch defense.window {
    case .start:
      tag = []
      start = -countedOpening
    case .after(let text):
      let sought = Array(text.utf8)
      // A template that opens the answer behind the tag, as one with its model's thinking off does. What an
      // empty turn in between puts there is not the answer's.
      let isBehind =
        opening.indices.contains { opening[$0...].starts(with: sought) }
        || promptEnd.indices.contains {
          promptEnd[$0...].starts(with: sought)
            && promptEnd.dropFirst($0 + sought.count).allSatisfy(\.isWhiteSpace)
        }
      // Behind the text already, the window is at the answer's start like any other.
      tag = isBehind ? [] : sought
      if isBehind || latestStart == 0 { start = 0 }
    }
    self.opening = start
  }

  /// Whether something should have been voted on and nothing was, however far the answer has come.
  var neverOpened: Bool { start == nil && prefix != .tokens(0) }

  func contains(_ position: Int) -> Bool {
    start.map { prefix.contains(position - $0) } ?? false || isCheckpoint(position)
  }

  /// Whether a position is voted on as one of a checkpoint.
  func isCheckpoint(_ position: Int) -> Bool {
    guard let checkpoints, let place = place(behindPrefix: position) else { return false }
    return place >= checkpoints.every
  }

  /// Whether a probe is taken in front of a position.
  func isProbed(_ position: Int) -> Bool {
    guard let probedEvery, let distance = distance(behindPrefix: position) else { return false }
    return distance > 0 && distance % probedEvery == 0
  }

  /// How many positions from one on are voted on without a gap, that one included, at most `limit`.
  func remaining(at position: Int, limit: Int) -> Int {
    guard let start, contains(position) else { return 0 }
    if let checkpoints, let place = place(behindPrefix: position) {
      return min(limit, checkpoints.every + checkpoints.tokens - place)
    }
    switch prefix {
    case .all: return limit
    // Not start + length, which a length without bound overflows.
    case .tokens(let length): return min(limit, length - (position - start))
    }
  }

  /// Whether no position from this one on is voted on any more, nor probed, of an answer of at most so many tokens.
  func isOver(at position: Int, of maximum: Int) -> Bool {
    guard tag.isEmpty else { return position >= maximum }
    guard let distance = distance(behindPrefix: position) else { return false }
    if let probedEvery {
      guard !isProbed(position) else { return position >= maximum }
      return probedEvery - distance % probedEvery >= maximum - position
    }
    guard let checkpoints, let place = place(behindPrefix: position) else { return true }
    return max(0, checkpoints.every - place) >= maximum - position
  }

  /// Where a position behind the prefix is in the run of positions without and with a vote that it is in.
  private func place(behindPrefix position: Int) -> Int? {
    guard let checkpoints, let distance = distance(behindPrefix: position) else { return nil }
    return distance % (checkpoints.every + checkpoints.tokens)
  }

  /// How far a position is behind the first one behind the prefix.
  private func distance(behindPrefix position: Int) -> Int? {
    guard case .tokens(let length) = prefix, let start, position >= start,
      position - start >= length
    else { return nil }
    return position - start - length
  }

  /// Takes the bytes of the token at a position, to see the tag that the window follows.
  ///
  /// Each one opens it anew: an answer that quotes the tag, as a user may ask for, would spend its votes on what
  /// stands behind the quotation.
  mutating func note(_ bytes: [UInt8], at position: Int) {
    guard !tag.isEmpty else { return }
    tail += bytes
    if tail.indices.contains(where: { tail[$0...].starts(with: tag) }) {
      start = position + 1
    } else if start == nil, let latestStart, position + 1 >= latestStart {
      start = position + 1
    }
    opening = opening ?? start
    // The tag may have begun: keep one byte less than it has.
    tail = Array(tail.suffix(tag.count - 1))
  }
}

/// How many tokens of the answer are voted on, l in the paper.
public enum PrefixLength: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The first so many, at least 0.
  case tokens(Int)
  /// All of them (l = infinity).
  case all

  /// The number, or `all`.
  public var description: String {
    switch self {
    case .tokens(let count): "\(count)"
    case .all: "all"
    }
  }

  /// Whether a position is voted on; it is counted from where the window starts, and negative before it.
  func contains(_ index: Int) -> Bool {
    switch self {
    case .tokens(let count): (0..<max(0, count)).contains(index)
    case .all: index >= 0
    }
  }
}

/// Where the voted tokens lie in the answer.
public enum WindowPlacement: Sendable, Hashable, Codable {
  /// At its start: the method.
  case start
  /// Behind each occurrence of a text, such as `</think>` for a reasoning model, or earlier where
  /// ``DefenseSettings/latestStart`` says so: l tokens each time, since who asks for an answer that quotes the text would
  /// else choose what is voted on. An answer that ends before either is an error,
  /// `windowNeverOpened`, or `windowNotReached` where a bound of the request ended it.
  case after(String)
}
