import Foundation
import RESTA
import RESTADocuments
import RESTATesting

/// The vectors that Tools/golden/noise.py wrote; reading them verifies their hash.
struct NoiseGolden: Decodable {
  struct PhiloxCase: Decodable {
    let counter, key, words: String
  }

  struct StreamCase: Decodable {
    let seed: String
    let purpose, a, b: UInt32
    let words, uniform, normals: String
  }

  struct Matrix: Decodable {
    let dimensions, rows: Int
    let values: String
  }

  struct NoiseCase: Decodable {
    let dimensions: Int
    let kind: NoiseKind
    let powerMatched: Bool
    let seed, sigma: String
    let copy: Int
    let positions: [Int]
    let rows: String
  }

  struct SigmaCase: Decodable {
    let dimensions: Int
    let positions: [Int]
    let value, directional, perDimension: String
  }

  let philox: [PhiloxCase]
  let streams: [StreamCase]
  let matrices: [Matrix]
  let noise: [NoiseCase]
  let sigma: [SigmaCase]

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  static func load() throws -> NoiseGolden {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/noise")
    let data = try Data(contentsOf: folder.appending(path: "noise.json"))
    let sidecar = try String(
      contentsOf: folder.appending(path: "noise.json.sha256"), encoding: .utf8)
    let digest = Digest.sha256(of: data)
    guard sidecar == "\(digest)  noise.json\n" else {
      throw Unreadable(
        description: "noise.json has the SHA-256 \(digest), but noise.json.sha256 says \(sidecar)")
    }
    return try JSONDecoder().decode(NoiseGolden.self, from: data)
  }

  func matrix(dimensions: Int) throws -> EmbeddingMatrix {
    guard let found = matrices.first(where: { $0.dimensions == dimensions }) else {
      throw Unreadable(description: "no matrix has \(dimensions) dimensions")
    }
    return EmbeddingMatrix(
      rows: found.rows, dimensions: dimensions, values: try Self.floats(found.values))
  }

  /// Words of 8 hexadecimal digits, one after the other.
  static func words(_ text: String) throws -> [UInt32] {
    let digits = Array(text)
    guard digits.count % 8 == 0 else {
      throw Unreadable(description: "\(digits.count) digits are no words")
    }
    return try stride(from: 0, to: digits.count, by: 8).map { start in
      guard let word = UInt32(String(digits[start..<start + 8]), radix: 16) else {
        throw Unreadable(description: "\(text) is not hexadecimal")
      }
      return word
    }
  }

  static func floats(_ text: String) throws -> [Float] {
    try words(text).map { Float(bitPattern: $0) }
  }

  static func number<Number: LosslessStringConvertible>(_ text: String) throws -> Number {
    guard let number = Number(text) else {
      throw Unreadable(description: "\(text) is not a number")
    }
    return number
  }
}

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
    var generator = SeededGenerator(seed: seed)
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
