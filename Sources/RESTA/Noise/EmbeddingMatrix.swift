/// Token embeddings `[tokens, dimensions]`: one row per token, as the model's first block receives it.
///
/// Input scaling that the architecture applies (such as Gemma's √d) is already in the values. Rows lie
/// one after the other in ``values``.
///
/// ```swift
/// let prompt = EmbeddingMatrix(rows: 2, dimensions: 3, values: [1, 0, 0, 0, 3, 4])
/// prompt[row: 1]  // 0, 3, 4
/// ```
public struct EmbeddingMatrix: Sendable, Equatable {
  /// The number of tokens, 0 or more.
  public let rows: Int

  /// The length d of each embedding, 1 or more.
  public let dimensions: Int

  /// The values, row by row: `rows * dimensions` of them.
  public private(set) var values: [Float]

  /// Makes a matrix of values that an engine produced.
  ///
  /// - Precondition: `rows >= 0`, `dimensions >= 1` and `values.count == rows * dimensions`.
  /// - Parameters:
  ///   - rows: The number of tokens.
  ///   - dimensions: The length d of each embedding.
  ///   - values: The values, row by row; the matrix shares their storage until one of them changes.
  /// - Complexity: O(1).
  public init(rows: Int, dimensions: Int, values: [Float]) {
    precondition(rows >= 0, "an embedding matrix cannot have \(rows) rows")
    precondition(dimensions >= 1, "an embedding cannot have \(dimensions) dimensions")
    precondition(
      values.count == rows * dimensions,
      "\(rows) embeddings of \(dimensions) dimensions need \(rows * dimensions) values,"
        + " not \(values.count)")
    self.rows = rows
    self.dimensions = dimensions
    self.values = values
  }

  /// One token's embedding, `[dimensions]`.
  ///
  /// - Precondition: `row` is in `0..<rows`.
  /// - Parameter row: The token.
  /// - Complexity: O(1); the slice shares the matrix's storage, and its indices.
  public subscript(row row: Int) -> ArraySlice<Float> {
    values[range(ofRow: row)]
  }

  /// The embeddings of neighbouring tokens, `[range, dimensions]`.
  ///
  /// - Precondition: `range` is in `0..<rows`.
  /// - Parameter range: The tokens.
  /// - Returns: A matrix of its own; the same one, at no cost, for all rows.
  /// - Complexity: O(range * dimensions).
  public func rows(_ range: Range<Int>) -> EmbeddingMatrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) are outside of 0..<\(rows)")
    guard range.count < rows else { return self }
    return EmbeddingMatrix(
      rows: range.count, dimensions: dimensions,
      values: Array(values[range.lowerBound * dimensions..<range.upperBound * dimensions]))
  }

  /// Replaces one token's embedding.
  ///
  /// - Precondition: `row` is in `0..<rows`, and `embedding` has ``dimensions`` values.
  /// - Parameters:
  ///   - row: The token.
  ///   - embedding: Its new embedding, `[dimensions]`.
  /// - Complexity: O(dimensions), when the matrix's storage is not shared.
  public mutating func replace(row: Int, with embedding: [Float]) {
    precondition(
      embedding.count == dimensions,
      "an embedding of \(embedding.count) values does not fit into a row of \(dimensions)")
    values.replaceSubrange(range(ofRow: row), with: embedding)
  }

  private func range(ofRow row: Int) -> Range<Int> {
    precondition(row >= 0 && row < rows, "row \(row) is outside of 0..<\(rows)")
    return row * dimensions..<(row + 1) * dimensions
  }
}

// Squares are summed in Double, where no square of a Float can overflow or underflow: a row's norm is
// 0 only if all its values are.
extension EmbeddingMatrix {
  package var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// The Euclidean norm |e| of one token's embedding.
  ///
  /// - Precondition: `row` is in `0..<rows`.
  package func norm(ofRow row: Int) -> Double {
    self[row: row].sumOfSquares.squareRoot()
  }
}

extension ArraySlice<Float> {
  var sumOfSquares: Double {
    var sum = 0.0
    for value in self { sum += Double(value) * Double(value) }
    return sum
  }
}
