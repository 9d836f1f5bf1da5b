import Foundation
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

@Suite("RowChange")
struct RowChangeTests {
  @Test(
    "is that of small embeddings by hand",
    arguments: [
      ([3, 4], [3, 4], 1, 1, 0), ([3, 4], [-6, -8], -1, 2, 1), ([3, 4], [4, -3], 0, 1, 0.5),
      ([1, 0, -1, 0], [2, 5, -2, -5], 0.37139, 5.38516, 0),
      // A coordinate that becomes 0 has lost its sign; one that was 0 had none.
      ([1, 1, 1, 0], [0, 1, 1, 1], 0.66667, 1, 1.0 / 3), ([1, 1], [0, 0], nil, 0, 1),
    ] as [([Float], [Float], Double?, Double, Double)])
  func literal(
    before: [Float], after: [Float], cosine: Double?, ratio: Double, flips: Double
  ) throws {
    let change = try #require(RowChange(from: before[...], to: after[...]))
    #expect(abs((change.cosine ?? 9) - (cosine ?? 9)) < 1e-5)
    #expect(abs(change.normRatio - ratio) < 1e-5 && abs(change.signFlips - flips) < 1e-12)
  }

  @Test("is none of an embedding without a direction")
  func zero() { #expect(RowChange(from: [0, 0], to: [1, 2]) == nil) }

  @Test("of hard noise is a scaling: cosine ±1 by the sign of 1 + σs/|e|, all signs or none")
  func hard() throws {
    var turned = 0
    for seed in UInt64(0)..<400 {
      let e = RandomStream(seed: seed, purpose: .tokenSampling)
        .standardNormals(count: 1 + Int(seed % 70), a: 0, b: 0)
      let norm = e.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let noise = EmbeddingNoise(kind: .hard, sigma: norm, seed: seed)
      let after = noise.perturbedRow(e[...], position: 3, copy: 2)
      let change = try #require(RowChange(from: e[...], to: after[...]))
      let s = RandomStream(seed: seed, purpose: .directionScalar)
        .standardNormals(a: 3, b: 2, block: 0)[0]
      let factor = 1 + Double(s)
      #expect(abs((change.cosine ?? 0) - (factor < 0 ? -1 : 1)) < 1e-6, "seed \(seed)")
      #expect(abs(change.normRatio - abs(factor)) < 1e-5, "seed \(seed)")
      #expect(change.signFlips == (factor < 0 ? 1 : 0), "seed \(seed)")
      turned += factor < 0 ? 1 : 0
    }
    // Φ(-1) = 0.159 of 400 is 63.5, with a standard deviation of 7.3.
    #expect((28...99).contains(turned))
  }

  @Test(
    "of isotropic noise flips Φ(-|e_i|/σ) of the signs, and has cosine 1/√(1 + σ²d/|e|²)",
    arguments: [0.25, 0.5, 0.8, 1, 1.5])
  func isotropic(sigma: Double) throws {
    let (rows, dimensions) = (300, 512)
    var (flips, cosine) = (0.0, 0.0)
    var (expectedFlips, expectedCosine) = (0.0, 0.0)
    for row in 0..<rows {
      let e = RandomStream(seed: 5, purpose: .tokenSampling)
        .standardNormals(count: dimensions, a: UInt32(row), b: 0)
      let noise = EmbeddingNoise(kind: .isotropic, sigma: sigma, seed: 6)
      let after = noise.perturbedRow(e[...], position: row, copy: 0)
      let change = try #require(RowChange(from: e[...], to: after[...]))
      flips += change.signFlips
      cosine += try #require(change.cosine)
      let square = e.reduce(0.0) { $0 + Double($1) * Double($1) }
      expectedCosine += 1 / (1 + sigma * sigma * Double(dimensions) / square).squareRoot()
      for value in e {
        expectedFlips +=
          erfc(abs(Double(value)) / sigma / 2.0.squareRoot()) / 2
          / Double(dimensions)
      }
    }
    let count = Double(rows)
    // 153,600 signs: a standard deviation of the share below 0.5/√153600 = 0.0013.
    #expect(abs(flips - expectedFlips) / count < 0.006)
    // Each cosine is off by about 1/√512 = 0.04 at most, 300 of them by 0.0026; its square's noise adds 1/512.
    #expect(abs(cosine - expectedCosine) / count < 0.01)
  }
}
