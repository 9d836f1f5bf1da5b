import Foundation
import RESTA
import RESTATesting
import Testing

@testable import RESTAReport

@Suite("Noisy embeddings and their own tokens")
struct OwnTokensTests {
  private static func decode(
    _ noisy: [[Float]], of tokens: [TokenID], in table: [[Float]]
  ) async throws -> [OwnTokens.Decoded] {
    func matrix(_ rows: [[Float]]) -> EmbeddingMatrix {
      EmbeddingMatrix(
        rows: rows.count, dimensions: table[0].count, values: rows.flatMap { $0 })
    }
    return try await OwnTokens.decode(
      matrix(noisy), of: tokens, vocabulary: table.count,
      table: { ids in matrix(ids.map { table[Int($0)] }) })
  }

  @Test(
    "decode by cosine and by product on a small table",
    arguments: [
      // Row 1 is longer in nearly the same direction; row 3 equals row 0, and the own one of equals counts.
      ([1, 0], 0, true, false), ([1, 0], 3, true, false), ([-1, 0.1], 0, false, false),
      ([0, 1], 2, true, true), ([4, 1], 1, true, true), ([0.1, 5], 2, true, true),
      // What has become 0 is as near to all.
      ([0, 0], 2, true, true),
      // The square of its length is no 32-bit number; then its product with its own row is none either.
      ([-1e25, 1e24], 0, false, false), ([1e25, 0], 0, true, false),
      ([3e38, 1e38], 1, false, false),
    ] as [([Float], TokenID, Bool, Bool)])
  func literal(noisy: [Float], token: TokenID, byCosine: Bool, byProduct: Bool) async throws {
    let table: [[Float]] = [[1, 0], [4, 1], [0, 1.5], [1, 0], [0, 0]]
    #expect(
      try await Self.decode([noisy], of: [token], in: table)
        == [OwnTokens.Decoded(byCosine: byCosine, byProduct: byProduct)])
  }

  @Test("agree with all cosines and products in Double, over seeded tables of any size")
  func reference() async throws {
    var lost = 0
    for seed in UInt64(0)..<200 {
      let stream = RandomStream(seed: seed, purpose: .embeddingNoise)
      let dimensions = 1 + Int(seed % 37)
      // Around the size of a block, now and then.
      let vocabulary = seed % 50 == 0 ? OwnTokens.block + Int(seed / 50) : 3 + Int(seed % 11)
      func row(_ kind: UInt32, _ index: Int, _ scale: Float) -> [Float] {
        stream.standardNormals(count: dimensions, a: UInt32(index), b: kind).map { $0 * scale }
      }
      let table = (0..<vocabulary).map { row(0, $0, 1 + Float($0 % 3)) }
      let tokens = (0..<5).map { TokenID($0 * (vocabulary - 1) / 4) }
      let noisy = tokens.enumerated().map { index, token in
        zip(table[Int(token)], row(1, index, Float(seed % 5) / 2)).map(+)
      }
      let found = try await Self.decode(noisy, of: tokens, in: table)
      for (index, token) in tokens.enumerated() {
        func products(_ scaled: Bool) -> [Double] {
          table.map { other in
            let product = zip(other, noisy[index]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let square = other.reduce(0.0) { $0 + Double($1) * Double($1) }
            return scaled ? product / square.squareRoot() : product
          }
        }
        for (scaled, isOwn) in [(true, found[index].byCosine), (false, found[index].byProduct)] {
          let all = products(scaled)
          let lead =
            all[Int(token)]
            - (all.enumerated().filter { $0.offset != Int(token) }
              .map(\.element).max() ?? 0)
          // Closer than rounding, either is right.
          if abs(lead) < 1e-4 { continue }
          #expect(isOwn == (lead > 0), "seed \(seed), token \(token), by cosine \(scaled)")
          if !isOwn { lost += 1 }
        }
      }
    }
    #expect(lost > 100, "only \(lost) were lost: the test shows nothing")
  }
}

@Suite("Divergence of distributions")
struct DivergenceTests {
  private static let half = log(0.5)

  @Test("is that of small distributions by hand")
  func literal() {
    let (even, certain) = ([Self.half, Self.half], [0, -Double.infinity])
    #expect(Divergence.kullbackLeibler(from: even, to: even) == 0)
    #expect(abs(Divergence.kullbackLeibler(from: certain, to: even) - log(2)) < 1e-15)
    #expect(Divergence.kullbackLeibler(from: even, to: certain) == .infinity)
    let skew = [log(0.25), log(0.75)]
    #expect(
      abs(Divergence.kullbackLeibler(from: even, to: skew) - 0.5 * log(4.0 / 3)) < 1e-15)
    // A masked token has a logarithm, and no probability: alone, and in the mean of copies.
    let masked = [Self.half, Self.half, -1e30]
    let without = Divergence.mean(of: [[0, -Double.infinity, -1e30], masked])
    #expect(abs(Divergence.kullbackLeibler(from: masked, to: without) - 0.5 * log(4.0 / 3)) < 1e-15)
    let mean = Divergence.mean(of: [certain, even])
    #expect(abs(mean[0] - log(0.75)) < 1e-15 && abs(mean[1] - log(0.25)) < 1e-15)
  }

  @Test("is not negative, 0 of a distribution itself, and least on average to the mean")
  func properties() throws {
    for seed in UInt64(0)..<300 {
      let stream = RandomStream(seed: seed, purpose: .embeddingNoise)
      let size = 2 + Int(seed % 40)
      func distribution(_ index: UInt32) throws -> [Double] {
        try Logits.logSoftmax(
          stream.standardNormals(count: size, a: index, b: 0).map { $0 * Float(seed % 7) })
      }
      let copies = try (0..<4).map { try distribution($0) }
      let mean = Divergence.mean(of: copies)
      #expect(abs(mean.reduce(0) { $0 + exp($1) } - 1) < 1e-12, "seed \(seed)")
      func total(to q: [Double]) -> Double {
        copies.reduce(0) { $0 + Divergence.kullbackLeibler(from: $1, to: q) }
      }
      for copy in copies {
        #expect(Divergence.kullbackLeibler(from: copy, to: copy) == 0, "seed \(seed)")
        #expect(total(to: copy) >= total(to: mean) - 1e-12, "seed \(seed)")
      }
    }
  }
}
