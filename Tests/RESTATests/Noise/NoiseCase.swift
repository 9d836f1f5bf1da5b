import RESTA

/// A drawn prompt, its user content, and noise for it.
struct NoiseCase: CustomStringConvertible {
  let number: Int
  let embeddings: EmbeddingMatrix
  let positions: [Int]
  let copies: Int
  let noise: EmbeddingNoise

  var description: String {
    "case \(number): \(noise), prompt [\(embeddings.rows), \(embeddings.dimensions)],"
      + " positions \(positions), \(copies) copies"
  }

  /// Cases of 1...12 tokens, 1...40 dimensions, and all kinds of noise, strengths and sizes; one in
  /// eight prompts has a zero vector.
  static func drawn(_ count: Int, seed: UInt64) -> [NoiseCase] {
    var generator = CaseGenerator(seed: seed)
    return (0..<count).map { number in
      let rows = generator.integer(in: 1...12)
      let dimensions = generator.integer(in: 1...40)
      let size = [Float(1), 0.01, 60][generator.integer(in: 0...2)]
      var embeddings = EmbeddingMatrix(
        rows: rows, dimensions: dimensions,
        values: generator.floats(rows * dimensions).map { $0 * size })
      if number % 8 == 0 {
        embeddings.replace(row: rows - 1, with: [Float](repeating: 0, count: dimensions))
      }
      let positions = (0..<rows).filter { _ in generator.integer(in: 0...2) > 0 }
      let kind = NoiseKind.allCases[generator.integer(in: 0...NoiseKind.allCases.count - 1)]
      let noise = EmbeddingNoise(
        kind: kind, sigma: [0.8, 0.01, 5, 0][generator.integer(in: 0...3)],
        powerMatched: kind.isDirectional && generator.integer(in: 0...1) == 1,
        seed: [0, .max, generator.next()][generator.integer(in: 0...2)])
      return NoiseCase(
        number: number, embeddings: embeddings, positions: positions,
        copies: generator.integer(in: 1...5), noise: noise)
    }
  }
}

extension EmbeddingMatrix {
  /// Equality of bits: unlike `==`, it tells 0 from -0 and finds NaN equal to itself.
  var bits: [UInt32] { values.map(\.bitPattern) }

  func bits(ofRow row: Int) -> [UInt32] { self[row: row].map(\.bitPattern) }
}
