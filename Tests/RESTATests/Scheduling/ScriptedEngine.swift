import RESTA
import Synchronization

/// An engine whose logits are a function of what a sequence holds, and that checks how it is used.
actor ScriptedEngine: PassEngine {
  struct Failure: Error, Equatable {
    var name = "scripted"
  }

  /// What a pass was.
  struct Record: Sendable, Equatable {
    /// The positions of each phase.
    var phases: [Int]
    /// The positions of each owner.
    var shares: [Int: Int]
  }

  private enum Content: Hashable {
    case token(TokenID)
    case row([Float])
  }

  private struct Cell: Hashable {
    let number: Int
    let content: Content
  }

  /// A pass with this token fails, after half of the token's phase is in the cache.
  static let poison: TokenID = 63

  nonisolated let inputs = InputLimits(vocabularySize: 64, dimensions: 2)
  nonisolated let batchSize: Int
  private let memory: Int
  private let delay: Duration?
  private let before: (@Sendable (EnginePass) async throws -> Void)?
  private var room: SequenceRoom = .none
  private var cache: [Int32: [Cell]] = [:]
  private var lastCell = 0
  private var resizes = 0
  private var isBusy = false
  private(set) var records: [Record] = []
  /// How many cells are in use, shared ones counted once.
  var usedCells: Int { Set(cache.values.joined()).count }
  /// What the scheduler did that an engine may not be asked for.
  private(set) var violations: [String] = []

  /// - Parameters:
  ///   - batchSize: The most positions of one phase.
  ///   - memory: More cells than these it fails to make. Default: no bound.
  ///   - delay: How long a pass takes. Default: no time.
  ///   - before: Is run in front of each pass.
  init(
    batchSize: Int = 32, memory: Int = .max, delay: Duration? = nil,
    before: (@Sendable (EnginePass) async throws -> Void)? = nil
  ) {
    self.batchSize = batchSize
    self.memory = memory
    self.delay = delay
    self.before = before
  }

  nonisolated func check(_ room: SequenceRoom) throws {
    guard SequenceRoom(sequences: 256, cells: 100_000).holds(room) else { throw Failure() }
  }

  func resize(
    to room: SequenceRoom, keeping: Bool
  ) throws -> (capacity: SequenceRoom, isKept: Bool) {
    enter()
    defer { isBusy = false }
    // Every third time, as where there is no memory for both.
    resizes += 1
    let isKept = keeping && resizes % 3 != 0
    if !isKept { cache = [:] }
    guard room.cells <= memory else { throw Failure() }
    self.room = room
    return (room, isKept)
  }

  func apply(_ operations: [CacheOperation]) -> [Int: any Error] {
    enter()
    defer { isBusy = false }
    for operation in operations {
      switch operation.action {
      case .fork(let source, let target, let length):
        if !cache[target, default: []].isEmpty { violations.append("fork into a filled sequence") }
        if cache[source, default: []].count < length { violations.append("fork of too much") }
        cache[target] = Array(cache[source, default: []].prefix(length))
      case .truncate(let sequence, let length):
        cache[sequence] = Array(cache[sequence, default: []].prefix(length))
      }
    }
    return [:]
  }

  func run(_ pass: EnginePass) async throws {
    enter()
    defer { isBusy = false }
    if pass.phases.isEmpty || pass.phases.count > 2 { violations.append("a pass of no phases") }
    var shares: [Int: Int] = [:]
    for part in pass.phases.flatMap(\.parts) {
      shares[part.member.owner, default: 0] += part.positions
    }
    records.append(Record(phases: pass.phases.map(\.positions), shares: shares))
    try await before?(pass)
    if let delay { try await Task.sleep(for: delay) }
    for phase in pass.phases {
      guard !pass.isAbandoned else { throw CancellationError() }
      if phase.positions > batchSize { violations.append("too large a phase") }
      try compute(phase)
    }
    if cache.values.reduce(0, { $0 + $1.count }) > room.cells, usedCells > room.cells {
      violations.append("more cells than there are")
    }
  }

  private func compute(_ phase: EnginePass.Phase) throws {
    let pieces = phase.parts.flatMap(\.pieces)
    let kinds = Set(pieces.map { if case .tokens = $0.input { true } else { false } })
    if kinds.count > 1 { violations.append("a phase of two kinds") }
    let isPoisoned = pieces.contains { piece in
      guard case .tokens(let tokens) = piece.input else { return false }
      return tokens[piece.range].contains(Self.poison)
    }
    for (number, part) in phase.parts.enumerated() {
      if isPoisoned && number >= phase.parts.count / 2 { throw Failure() }
      var rows: [[Float]] = []
      for piece in part.pieces { rows += append(piece) }
      if rows.count != part.rows.count { violations.append("wrong rows") }
      part.member.show(part.rows, Array(rows.joined()).span)
    }
  }

  /// Appends positions and gives the wanted logits.
  private func append(_ piece: EnginePass.Piece) -> [[Float]] {
    if cache[piece.sequence, default: []].count != piece.position {
      violations.append("a gap in sequence \(piece.sequence)")
    }
    if !(0..<Int32(room.sequences)).contains(piece.sequence) {
      violations.append("no such sequence")
    }
    return piece.range.compactMap { index in
      let content: Content
      switch piece.input {
      case .tokens(let tokens): content = .token(tokens[index])
      case .embeddings, .perturbed:
        content = .row(piece.input.rows(index..<index + 1)?.values ?? [])
      }
      lastCell += 1
      cache[piece.sequence, default: []].append(Cell(number: lastCell, content: content))
      guard index >= piece.range.upperBound - piece.wanted else { return nil }
      return Self.logits(cache[piece.sequence, default: []].map(\.content))
    }
  }

  /// Two values that depend on all that a sequence holds.
  private static func logits(_ contents: [Content]) -> [Float] {
    var hash: UInt64 = 14_695_981_039_346_656_037
    func mix(_ value: UInt64) { hash = (hash ^ value) &* 1_099_511_628_211 }
    for content in contents {
      switch content {
      // A token is its clean row, as in a model.
      case .token(let token): for value in [Float(token) + 1, 1] { mix(UInt64(value.bitPattern)) }
      case .row(let row): for value in row { mix(UInt64(value.bitPattern)) }
      }
    }
    return [Float(hash >> 44), Float((hash << 20) >> 44)]
  }

  private func enter() {
    if isBusy { violations.append("two calls at once") }
    isBusy = true
  }
}

/// Holds passes back until it is opened.
actor Barrier {
  private var isOpen = false
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private(set) var arrivals = 0

  func pass() async {
    arrivals += 1
    guard !isOpen else { return }
    await withCheckedContinuation { waiters.append($0) }
  }

  func open() {
    isOpen = true
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  /// Returns when so many have come.
  func reached(_ count: Int) async throws {
    while arrivals < count { try await Task.sleep(for: .milliseconds(1)) }
  }
}
