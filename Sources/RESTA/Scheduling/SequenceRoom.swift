/// Room in an engine's cache: an amount that is asked for, used, or there at all.
package struct SequenceRoom: Sendable, Hashable {
  /// How many sequences.
  package var sequences: Int
  /// How many positions they hold in total, shared ones counted once.
  package var cells: Int

  /// No room.
  package static let none = SequenceRoom(sequences: 0, cells: 0)

  /// Makes an amount.
  ///
  /// - Parameters:
  ///   - sequences: How many, 0 or more.
  ///   - cells: How many positions they hold in total, 0 or more.
  package init(sequences: Int, cells: Int) {
    self.sequences = sequences
    self.cells = cells
  }

  /// Whether another amount fits into this one.
  ///
  /// - Parameter other: The other amount.
  /// - Returns: `false` when it is larger in sequences or in cells.
  package func holds(_ other: SequenceRoom) -> Bool {
    other.sequences <= sequences && other.cells <= cells
  }

  /// The smallest room that holds both.
  ///
  /// - Parameter other: Another amount.
  /// - Returns: The larger number of each.
  package func union(_ other: SequenceRoom) -> SequenceRoom {
    SequenceRoom(sequences: max(sequences, other.sequences), cells: max(cells, other.cells))
  }
}
