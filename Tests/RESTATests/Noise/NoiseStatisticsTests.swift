import RESTA
import Testing

@Suite("NoiseStatistics")
struct NoiseStatisticsTests {
  let embeddings = EmbeddingMatrix(rows: 3, dimensions: 2, values: [3, 4, 0, 0, 1, 0])

  private func statistics(
    _ kind: NoiseKind, sigma: Double, positions: [Int], copies: Int = 4,
    of embeddings: EmbeddingMatrix? = nil
  ) -> NoiseStatistics {
    NoiseStatistics(
      of: EmbeddingNoise(kind: kind, sigma: sigma, seed: 1),
      embeddings: embeddings ?? self.embeddings, positions: positions, copies: copies)
  }

  @Test("of no noise are no flips, cosine 1 and ratio 1", arguments: NoiseKind.allCases)
  func noNoise(kind: NoiseKind) {
    let found = statistics(kind, sigma: 0, positions: [0, 1, 2])
    #expect(found.flipShare == 0)
    #expect(found.meanCosine == 1)
    #expect(found.meanNormRatio == 1)
  }

  @Test(
    "are undefined without user content, copies, or a vector with a direction",
    arguments: [([], 4), ([0], 0), ([1], 4)] as [([Int], Int)])
  func undefined(positions: [Int], copies: Int) {
    let found = statistics(.isotropic, sigma: 1, positions: positions, copies: copies)
    #expect(found.flipShare == nil)
    #expect(found.meanCosine == nil)
    #expect(found.meanNormRatio == nil)
  }

  @Test("have no mean where an embedding is not finite", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) {
    let broken = EmbeddingMatrix(rows: 1, dimensions: 2, values: [value, 1])
    let found = statistics(.isotropic, sigma: 1, positions: [0], of: broken)
    #expect(found.meanCosine == nil)
    #expect(found.meanNormRatio == nil)
  }

  @Test("agree with what their definitions give", arguments: NoiseKind.allCases)
  func definitions(kind: NoiseKind) throws {
    let noise = EmbeddingNoise(kind: kind, sigma: 3, seed: 1)
    var (flips, cosine, ratio) = (0.0, 0.0, 0.0)
    for copy in 0..<50 {
      let perturbed = noise.perturb(embeddings, positions: [0, 2], copy: copy)
      for row in [0, 2] {
        let dot = zip(embeddings[row: row], perturbed[row: row]).reduce(0) {
          $0 + Double($1.0) * Double($1.1)
        }
        flips += dot < 0 ? 1 : 0
        cosine += dot / embeddings.norm(ofRow: row) / perturbed.norm(ofRow: row)
        ratio += perturbed.norm(ofRow: row) / embeddings.norm(ofRow: row)
      }
    }
    let found = statistics(kind, sigma: 3, positions: [0, 2], copies: 50)
    #expect(found.flipShare == flips / 100)
    #expect(abs(try #require(found.meanCosine) - cosine / 100) < 1e-12)
    #expect(abs(try #require(found.meanNormRatio) - ratio / 100) < 1e-12)
  }
}

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
    #expect(
      EmbeddingScale(of: matrix)
        == EmbeddingScale(meanNorm: 5, rootMeanSquare: (125.0 / 6).squareRoot()))
    #expect(
      EmbeddingScale(of: matrix.rows(0..<1))
        == EmbeddingScale(meanNorm: 5, rootMeanSquare: 12.5.squareRoot()))
  }

  @Test("may have no rows")
  func noRows() {
    let empty = EmbeddingMatrix(rows: 0, dimensions: 4, values: [])
    #expect(empty.rows == 0)
    #expect(EmbeddingScale(of: empty) == EmbeddingScale(meanNorm: 0, rootMeanSquare: 0))
    #expect(matrix.rows(2..<3).values == [-6, 8])
  }

  @Test(
    "measures the largest and smallest values without overflow or underflow",
    arguments: [Float.greatestFiniteMagnitude, .leastNonzeroMagnitude])
  func extremes(value: Float) {
    let extreme = EmbeddingMatrix(rows: 1, dimensions: 4, values: [value, value, value, value])
    #expect(extreme.norm(ofRow: 0) == 2 * Double(value))
  }
}
