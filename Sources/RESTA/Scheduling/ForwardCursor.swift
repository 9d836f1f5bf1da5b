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

  /// - Parameters:
  ///   - segments: What is to be appended, to sequences of the ledger.
  ///   - ledger: The reservation before.
  init(_ segments: [ForwardSegment], _ ledger: SequenceLedger) {
    self.segments = segments.filter { $0.input.count > 0 }
    sequences = ledger.grant.sequences
    lengths = ledger.lengths
  }

  /// Whether all of it was taken.
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
  ///
  /// - Parameters:
  ///   - limit: The most that are taken; there may be fewer of the kind.
  ///   - kind: Their kind; none are taken when others come first.
  ///   - member: Who they are for.
  /// - Returns: The positions; `nil` when there are none.
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
  fileprivate var kind: ForwardCursor.Kind {
    switch input {
    case .tokens: .tokens
    case .embeddings: .embeddings
    }
  }
}
