/// A run of positions that one forward pass appends to one sequence.
public struct ForwardSegment: Sendable {
  /// What is appended.
  public enum Input: Sendable {
    /// Token ids; the model looks up their embeddings.
    case tokens([TokenID])
    /// Embedding vectors as the model's first block receives them, `[tokens, dimensions]`.
    case embeddings(EmbeddingMatrix)

    /// The number of positions.
    public var count: Int {
      switch self {
      case .tokens(let tokens): tokens.count
      case .embeddings(let matrix): matrix.rows
      }
    }
  }

  /// For which of the positions the logits are wanted.
  public enum Outputs: Sendable, Hashable {
    /// For none: the positions only fill the cache.
    case none
    /// For the last one.
    case last
    /// For the last so many, at least 1; for every one where there are fewer.
    case suffix(Int)
    /// For every one.
    case all

    /// For how many of a segment's positions logits are wanted; they are its last ones.
    ///
    /// - Parameter positions: The positions of the segment.
    /// - Returns: A number in `0...positions`.
    public func count(of positions: Int) -> Int {
      switch self {
      case .none: 0
      case .last: min(1, positions)
      case .suffix(let count): min(max(0, count), positions)
      case .all: positions
      }
    }
  }

  /// The sequence that grows: an index into the reservation, `0..<sequences`.
  public var sequence: Int
  /// What is appended.
  public var input: Input
  /// Which logits to return.
  public var outputs: Outputs

  /// Makes a segment.
  ///
  /// - Parameters:
  ///   - sequence: An index into the reservation.
  ///   - input: At least one position.
  ///   - outputs: Which logits to return. Default: those of the last position.
  public init(sequence: Int, input: Input, outputs: Outputs = .last) {
    self.sequence = sequence
    self.input = input
    self.outputs = outputs
  }
}

extension [ForwardSegment] {
  /// The rows of logits that are wanted of them all.
  var wantedRows: Int { reduce(0) { $0 + $1.outputs.count(of: $1.input.count) } }

  /// Checks that a pass over these gave what was asked for.
  func checked<Row>(_ rows: [Row]) throws(RESTAError) -> [Row] {
    guard rows.count == wantedRows else {
      throw RESTAError(
        .engineFailed,
        "The engine returned \(rows.count) rows of logits and \(wantedRows) were asked for.")
    }
    return rows
  }
}
