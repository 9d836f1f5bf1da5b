// Squares are summed in Double, where no square of a Float can overflow or underflow: a row's norm is
// 0 only if all its values are.
extension EmbeddingMatrix {
  /// The Euclidean norm |e| of one token's embedding.
  ///
  /// - Precondition: `row` is in `0..<rows`.
  /// - Parameter row: The token.
  /// - Returns: The norm, 0 or more; not finite where a value of the row is not.
  /// - Complexity: O(dimensions).
  public func norm(ofRow row: Int) -> Double {
    self[row: row].sumOfSquares.squareRoot()
  }

  /// The mean of the norms of some tokens' embeddings.
  ///
  /// - Precondition: All `rows` are in `0..<self.rows`.
  /// - Parameter rows: The tokens; one that is given twice counts twice.
  /// - Returns: The mean norm; `nil` if there are no rows.
  /// - Complexity: O(rows · dimensions).
  public func meanNorm(ofRows rows: [Int]) -> Double? {
    guard !rows.isEmpty else { return nil }
    return rows.reduce(0) { $0 + norm(ofRow: $1) } / Double(rows.count)
  }

  /// The root of the mean square over all dimensions of some tokens' embeddings.
  ///
  /// It is the typical size of one value, about the typical norm divided by √d.
  ///
  /// - Precondition: All `rows` are in `0..<self.rows`.
  /// - Parameter rows: The tokens; one that is given twice counts twice.
  /// - Returns: The root mean square; `nil` if there are no rows.
  /// - Complexity: O(rows · dimensions).
  public func rootMeanSquare(ofRows rows: [Int]) -> Double? {
    guard !rows.isEmpty else { return nil }
    let sum = rows.reduce(0) { $0 + self[row: $1].sumOfSquares }
    return (sum / (Double(rows.count) * Double(dimensions))).squareRoot()
  }
}

extension ArraySlice<Float> {
  /// The sum of the squares, in `Double`.
  var sumOfSquares: Double {
    var sum = 0.0
    for value in self { sum += Double(value) * Double(value) }
    return sum
  }
}
