import RESTA
import Testing

@Suite("EmbeddingMatrix")
struct EmbeddingMatrixTests {
  let matrix = EmbeddingMatrix(rows: 3, dimensions: 2, values: [3, 4, 0, 0, -6, 8])

  @Test("holds its rows one after the other")
  func rows() {
    #expect(Array(matrix[row: 0]) == [3, 4])
    #expect(Array(matrix[row: 2]) == [-6, 8])
  }

  @Test("replaces one row and no other")
  func replacing() {
    var changed = matrix
    changed.replace(row: 1, with: [1, 2])
    #expect(changed.values == [3, 4, 1, 2, -6, 8])
    #expect(changed != matrix)
  }

  @Test("measures norms")
  func norms() {
    #expect(matrix.norm(ofRow: 0) == 5)
    #expect(matrix.norm(ofRow: 1) == 0)
    #expect(matrix.meanNorm(ofRows: [0, 1, 2]) == 5)
    #expect(matrix.meanNorm(ofRows: [2]) == 10)
    #expect(matrix.rootMeanSquare(ofRows: [0]) == 12.5.squareRoot())
    #expect(matrix.rootMeanSquare(ofRows: [0, 1, 2]) == (125.0 / 6).squareRoot())
  }

  @Test("has no mean over no rows")
  func noRows() {
    #expect(matrix.meanNorm(ofRows: []) == nil)
    #expect(matrix.rootMeanSquare(ofRows: []) == nil)
    #expect(EmbeddingMatrix(rows: 0, dimensions: 4, values: []).rows == 0)
  }

  @Test(
    "measures the largest and smallest values without overflow or underflow",
    arguments: [Float.greatestFiniteMagnitude, .leastNonzeroMagnitude])
  func extremes(value: Float) {
    let extreme = EmbeddingMatrix(rows: 1, dimensions: 4, values: [value, value, value, value])
    #expect(extreme.norm(ofRow: 0) == 2 * Double(value))
  }
}
