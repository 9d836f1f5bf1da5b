/// What one reservation has in the cache: how long each of its sequences is, and what it may still fill.
package struct SequenceLedger: Sendable {
  /// What the reservation holds.
  package let grant: SequencePool.Grant
  /// The length of each sequence.
  package private(set) var lengths: [Int]
  /// How many of a sequence's positions belong to another one that it was forked from.
  private var shared: [Int]

  /// Makes the ledger of empty sequences.
  package init(_ grant: SequencePool.Grant) {
    self.grant = grant
    lengths = Array(repeating: 0, count: grant.sequences.count)
    shared = lengths
  }

  /// Makes the ledger of sequences that begin with the first `wanted` positions of others, and adds to `operations`
  /// what has to be done for that.
  package init(
    _ grant: SequencePool.Grant, source: SequenceLedger, wanted: [Int],
    _ operations: inout [CacheOperation]
  ) {
    self.init(grant)
    for index in source.lengths.indices {
      let number = source.grant.sequences[index]
      let isOwn = grant.sequences.indices.contains(index) && grant.sequences[index] == number
      let length =
        lengths.indices.contains(index) && wanted.indices.contains(index)
        ? min(wanted[index], source.lengths[index]) : 0
      if length > 0 {
        lengths[index] = length
        shared[index] = min(source.shared[index], length)
      }
      if isOwn || length == 0 {
        // A sequence that is taken over loses the rest; one that is not needed stays the source's, or
        // is emptied where the source is no more.
        guard grant.origin == .instead(source.grant.id), length < source.lengths[index] else {
          continue
        }
        operations.append(
          CacheOperation(
            owner: isOwn ? grant.id : 0, action: .truncate(sequence: number, length: length)))
      } else {
        operations.append(
          CacheOperation(
            owner: grant.id,
            action: .fork(source: number, target: grant.sequences[index], length: length)))
      }
    }
  }

  /// How many cells are filled, shared ones counted once.
  package var usedCells: Int { zip(lengths, shared).reduce(0) { $0 + $1.0 - $1.1 } }

  /// Checks that there is room for segments.
  package func check(_ segments: [ForwardSegment]) throws(RESTAError) {
    var cells = usedCells
    for segment in segments where segment.input.count > 0 {
      try check(segment.sequence)
      cells += segment.input.count
    }
    guard cells <= grant.cells else {
      throw RESTAError(
        .engineFailed, "A pass needs \(cells) positions and \(grant.cells) were reserved.")
    }
  }

  /// Notes what a pass has appended.
  package mutating func advance(to lengths: [Int]) { self.lengths = lengths }

  /// Makes one sequence share the first positions of another.
  package mutating func fork(
    _ source: Int, to target: Int, length: Int
  ) throws(RESTAError) -> CacheOperation? {
    try check(source)
    try check(target)
    guard length >= 0, length <= lengths[source], lengths[target] == 0 else {
      throw RESTAError(.engineFailed, "A fork needs a filled source and an empty target.")
    }
    guard length > 0 else { return nil }
    lengths[target] = length
    shared[target] = length
    return CacheOperation(
      owner: grant.id,
      action: .fork(
        source: grant.sequences[source], target: grant.sequences[target], length: length))
  }

  /// Drops all positions of a sequence from `length` on.
  package mutating func truncate(
    _ sequence: Int, to length: Int
  ) throws(RESTAError) -> CacheOperation? {
    try check(sequence)
    guard length >= 0, length <= lengths[sequence] else {
      throw RESTAError(.engineFailed, "A sequence cannot be rolled forward.")
    }
    guard length < lengths[sequence] else { return nil }
    lengths[sequence] = length
    shared[sequence] = min(shared[sequence], length)
    return CacheOperation(
      owner: grant.id, action: .truncate(sequence: grant.sequences[sequence], length: length))
  }

  private func check(_ sequence: Int) throws(RESTAError) {
    guard grant.sequences.indices.contains(sequence) else {
      throw RESTAError(.engineFailed, "Sequence \(sequence) is not reserved.")
    }
  }
}
