/// What the scheduler needs of an engine: room for sequences, and passes over several of them.
///
/// The scheduler calls it for one thing at a time, with what was checked before: sequences that are
/// there, and positions for which there is room.
package protocol PassEngine: Sendable {
  /// Which inputs the model takes.
  var inputs: InputLimits { get }

  /// The most positions of one call of the engine, at least 1.
  var batchSize: Int { get }

  /// Checks that room could be had at all.
  ///
  /// - Parameter room: What somebody asks for.
  /// - Throws: What is to be told to who asks for more than the engine or the machine can ever hold.
  func check(_ room: SequenceRoom) throws

  /// Makes the cache larger, while nothing is in it that anyone needs.
  ///
  /// - Parameter room: The least room that is wanted.
  /// - Returns: The room that there is now.
  /// - Throws: Why there is none now.
  func resize(to room: SequenceRoom) async throws -> SequenceRoom

  /// Changes the cache, in order.
  ///
  /// - Parameter operations: What to do.
  /// - Returns: What went wrong, by the operation's owner; what others asked for is done.
  func apply(_ operations: [CacheOperation]) async -> [Int: any Error]

  /// Computes a pass, phase by phase, and shows its rows to its members.
  ///
  /// It should stop soon when ``EnginePass/isAbandoned`` becomes `true`, and only then.
  ///
  /// - Parameter pass: What to compute.
  /// - Throws: Why it failed; some of its positions may be in the cache then.
  func run(_ pass: EnginePass) async throws
}

/// A change to an engine's cache that computes nothing.
package struct CacheOperation: Sendable, Hashable {
  /// What is done.
  package enum Action: Sendable, Hashable {
    /// An empty sequence gets the first positions of another one.
    case fork(source: Int32, target: Int32, length: Int)
    /// A sequence loses its positions from a length on.
    case truncate(sequence: Int32, length: Int)
  }

  /// For which reservation.
  package let owner: Int
  /// What is done.
  package let action: Action

  /// Makes an operation.
  ///
  /// - Parameters:
  ///   - owner: For which reservation.
  ///   - action: What is done.
  package init(owner: Int, action: Action) {
    self.owner = owner
    self.action = action
  }
}
