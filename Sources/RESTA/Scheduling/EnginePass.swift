/// One forward pass of an engine, over positions of one or more forward calls.
package struct EnginePass: Sendable {
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
    /// Who it is for.
    package let member: PassMember
    /// The positions, in order.
    package let pieces: [Piece]
    /// The numbers of the wanted rows in the member's whole forward call.
    package let rows: Range<Int>

    /// How many positions there are.
    package var positions: Int { pieces.reduce(0) { $0 + $1.range.count } }
  }

  /// What the engine computes in one call: all token ids, or all embedding rows.
  package struct Phase: Sendable {
    /// What each of its members has in it, at least one position.
    package let parts: [Part]

    /// How many positions there are.
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
