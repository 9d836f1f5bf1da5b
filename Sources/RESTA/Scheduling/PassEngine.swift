/// What the scheduler needs of an engine: room for sequences, and passes over several of them.
///
/// The scheduler calls it for one thing at a time, with what was checked before: sequences that are
/// there, and positions for which there is room.
package protocol PassEngine: Sendable {
  var inputs: InputLimits { get }

  /// The most positions of one call of the engine, at least 1.
  var batchSize: Int { get }

  /// Throws what is to be told to who asks for more than the engine or the machine can ever hold.
  func check(_ room: SequenceRoom) throws

  /// Makes the cache larger, to no less than there is, and empties it unless what is in it is of any use (`keeping`);
  /// says what room there is now, and whether it holds what it held before.
  func resize(
    to room: SequenceRoom, keeping: Bool
  ) async throws -> (capacity: SequenceRoom, isKept: Bool)

  /// Changes the cache, in order; returns what went wrong, by owner. What others asked for is done.
  func apply(_ operations: [CacheOperation]) async -> [Int: any Error]

  /// Computes a pass, phase by phase, and shows its rows to its members.
  ///
  /// It should stop soon when ``EnginePass/isAbandoned`` becomes `true`, and only then.
  func run(_ pass: EnginePass) async throws
}

/// A change to an engine's cache that computes nothing.
package struct CacheOperation: Sendable, Hashable {
  package enum Action: Sendable, Hashable {
    /// An empty sequence gets the first positions of another one.
    case fork(source: Int32, target: Int32, length: Int)
    /// A sequence loses its positions from a length on.
    case truncate(sequence: Int32, length: Int)
  }

  package let owner: Int
  package let action: Action
}

/// What came of a pass.
struct PassOutcome: Sendable {
  /// The members whose positions are in the cache.
  var computed: Set<Int> = []
  /// Why others have failed, by member.
  var failures: [Int: any Error] = [:]
  /// The reservations whose sequences are not what they should be, and why.
  var broken: [Int: any Error] = [:]
}

extension PassEngine {
  /// Changes the cache and runs a pass, and finds out whose fault it is when that fails.
  func outcome(of pass: EnginePass, after operations: [CacheOperation]) async -> PassOutcome {
    var outcome = PassOutcome()
    if !operations.isEmpty { outcome.broken = await apply(operations) }
    let broken = outcome.broken
    let whole = broken.isEmpty ? pass : pass.filter { broken[$0.owner] == nil }
    guard !whole.members.isEmpty else { return outcome }
    await attempt(whole, &outcome)
    return outcome
  }

  private func attempt(_ pass: EnginePass, _ outcome: inout PassOutcome) async {
    do {
      try await run(pass)
      outcome.computed.formUnion(pass.members.map(\.id))
    } catch {
      // What was finished before the failure is still in the cache.
      let refused = await apply(pass.rollback)
      outcome.broken.merge(refused) { first, _ in first }
      for member in pass.members where !member.isGone {
        if pass.members.count == 1 || refused[member.owner] != nil {
          outcome.failures[member.id] = error
        } else {
          await attempt(pass.filter { $0.id == member.id }, &outcome)
        }
      }
    }
  }
}

/// Which inputs a model takes.
package struct InputLimits: Sendable, Hashable {
  package let vocabularySize: Int
  package let dimensions: Int

  package init(vocabularySize: Int, dimensions: Int) {
    self.vocabularySize = vocabularySize
    self.dimensions = dimensions
  }

  /// Checks what is to be fed: in a pass that several share, a bad input would fail all of them.
  package func check(_ segments: [ForwardSegment]) throws {
    for segment in segments where segment.input.count > 0 {
      try Task.checkCancellation()
      switch segment.input {
      case .tokens(let tokens):
        guard tokens.allSatisfy({ (0..<vocabularySize).contains(Int($0)) }) else {
          throw RESTAError(
            .engineFailed, "A token is outside of the vocabulary (\(vocabularySize) tokens).")
        }
      case .embeddings(let matrix):
        try check(width: matrix.dimensions, isFinite: matrix.isFinite)
      case .perturbed(let rows):
        try check(width: rows.dimensions, isFinite: rows.isFinite)
      }
    }
  }

  private func check(width: Int, isFinite: Bool) throws(RESTAError) {
    guard width == dimensions else {
      throw RESTAError(
        .engineFailed, "Embeddings of width \(width) do not fit a model of \(dimensions).")
    }
    guard isFinite else {
      throw RESTAError(
        .nonFiniteOutput,
        "The perturbed embeddings hold values that are not finite numbers: sigma is too large.")
    }
  }
}
