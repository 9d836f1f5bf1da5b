import Synchronization

/// One forward pass of an engine, over positions of one or more forward calls.
package final class EnginePass: Sendable {
  /// A run of positions of one sequence.
  package struct Piece: Sendable {
    /// The engine's number of the sequence.
    package let sequence: Int32
    /// The place of the first one in its sequence.
    package let position: Int
    /// What they are a part of.
    package let input: ForwardSegment.Input
    /// Which part of it they are.
    package let range: Range<Int>
    /// For how many of them logits are wanted; they are the last ones.
    package let wanted: Int
  }

  /// What one member has in a phase.
  package struct Part: Sendable {
    package let member: PassMember
    /// The positions, in order.
    package let pieces: [Piece]
    /// The numbers of the wanted rows in the member's whole forward call.
    package let rows: Range<Int>

    package var positions: Int { pieces.reduce(0) { $0 + $1.range.count } }
  }

  /// What the engine computes in one call: all token ids, or all embedding rows.
  package struct Phase: Sendable {
    /// What each of its members has in it, at least one position.
    package let parts: [Part]

    package var positions: Int { parts.reduce(0) { $0 + $1.positions } }
  }

  /// One for each kind of input, at most two.
  package let phases: [Phase]
  /// Everyone who has a part, each one once.
  package let members: [PassMember]

  init(phases: [Phase]) {
    self.phases = phases.filter { !$0.parts.isEmpty }
    var seen: Set<Int> = []
    members = phases.flatMap(\.parts).map(\.member).filter { seen.insert($0.id).inserted }
  }

  /// Whether nobody wants the result any more.
  package var isAbandoned: Bool { members.allSatisfy(\.isGone) }

  /// What brings all of its sequences back to what they were before it.
  var rollback: [CacheOperation] {
    var seen: Set<Int32> = []
    return phases.flatMap(\.parts).flatMap { part in
      part.pieces.filter { seen.insert($0.sequence).inserted }.map {
        CacheOperation(
          owner: part.member.owner, action: .truncate(sequence: $0.sequence, length: $0.position))
      }
    }
  }

  /// The part of the pass that is for some of its members.
  func filter(_ isIncluded: (PassMember) -> Bool) -> EnginePass {
    EnginePass(
      phases: phases.map { Phase(parts: $0.parts.filter { isIncluded($0.member) }) })
  }
}

/// Takes one row of logits of a forward call.
package typealias RowReader = @Sendable (_ row: Int, _ logits: Span<Float>) throws -> Void

/// One forward call, as the engine sees it: who is shown the rows, and whether anyone still wants them.
package final class PassMember: Sendable {
  private struct Reading {
    var isOpen = true
    var nextRow = 0
    var failure: (any Error)?
  }

  /// The forward call's number.
  package let id: Int
  /// The reservation that it belongs to.
  package let owner: Int
  private let read: RowReader
  private let gone = Atomic(false)
  // Invariant: held while `read` runs, so that it never runs after `close()`.
  private let reading = Mutex(Reading())

  package init(id: Int, owner: Int, read: @escaping RowReader) {
    self.id = id
    self.owner = owner
    self.read = read
  }

  /// Whether it was cancelled, or its reader failed: nothing of it needs computing any more.
  package var isGone: Bool { gone.load(ordering: .relaxed) }

  package var failure: (any Error)? { reading.withLock { $0.failure } }

  /// Shows rows of logits, on the engine's thread.
  ///
  /// Rows that were shown before are left out: a pass that failed for one member's sake is run again for the others.
  package func show(_ rows: Range<Int>, _ logits: borrowing Span<Float>) {
    guard !isGone, !rows.isEmpty else { return }
    let logits = copy logits
    reading.withLock { reading in
      guard reading.isOpen, rows.lowerBound >= reading.nextRow else { return }
      reading.nextRow = rows.upperBound
      do {
        let width = logits.count / rows.count
        for (place, row) in rows.enumerated() {
          try read(row, logits.extracting(place * width..<(place + 1) * width))
        }
      } catch {
        reading.failure = error
        gone.store(true, ordering: .relaxed)
      }
    }
  }

  /// Tells the engine that nobody wants the rows any more.
  ///
  /// From any thread; does not wait.
  package func cancel() { gone.store(true, ordering: .relaxed) }

  /// Sees to it that no reader runs any more; waits for one that does.
  package func close() {
    cancel()
    reading.withLock { $0.isOpen = false }
  }
}

/// How far a forward call has got, and the next positions of it.
struct ForwardCursor: Sendable {
  /// What the engine cannot mix in one call.
  enum Kind: Sendable, CaseIterable {
    case tokens, embeddings
  }

  /// The length of each sequence of the reservation once all that was taken is computed.
  private(set) var lengths: [Int]
  private let segments: [ForwardSegment]
  private let sequences: [Int32]
  private var index = 0
  private var offset = 0
  private var row = 0

  init(_ segments: [ForwardSegment], _ ledger: SequenceLedger) {
    self.segments = segments.filter { $0.input.count > 0 }
    sequences = ledger.grant.sequences
    lengths = ledger.lengths
  }

  var isFinished: Bool { index == segments.count }

  /// What comes next; `nil` at the end.
  var kind: Kind? { isFinished ? nil : segments[index].kind }

  /// How many positions can be computed in a pass whose phases are of these kinds.
  func positions(_ kinds: [Kind]) -> Int {
    var count = -offset
    var index = index
    for kind in kinds {
      while index < segments.count, segments[index].kind == kind {
        count += segments[index].input.count
        index += 1
      }
    }
    return max(0, count)
  }

  /// Takes the next positions of one kind.
  mutating func take(_ limit: Int, _ kind: Kind, for member: PassMember) -> EnginePass.Part? {
    var pieces: [EnginePass.Piece] = []
    var left = limit
    let firstRow = row
    while left > 0, self.kind == kind {
      let segment = segments[index]
      let count = segment.input.count
      let range = offset..<min(count, offset + left)
      let firstWanted = count - segment.outputs.count(of: count)
      let wanted = max(0, range.upperBound - max(range.lowerBound, firstWanted))
      pieces.append(
        EnginePass.Piece(
          sequence: sequences[segment.sequence], position: lengths[segment.sequence],
          input: segment.input, range: range, wanted: wanted))
      lengths[segment.sequence] += range.count
      row += wanted
      left -= range.count
      (index, offset) = range.upperBound == count ? (index + 1, 0) : (index, range.upperBound)
    }
    guard !pieces.isEmpty else { return nil }
    return EnginePass.Part(member: member, pieces: pieces, rows: firstRow..<row)
  }
}

extension ForwardSegment {
  var kind: ForwardCursor.Kind {
    switch input {
    case .tokens: .tokens
    case .embeddings, .perturbed: .embeddings
    }
  }
}
