import RESTA
import Testing

@Suite("RandomStream's distributions")
struct RandomDistributionTests {
  static let seeds: [UInt64] = [0, 1, 0xDEAD_BEEF, .max]

  private func normals(_ count: Int, seed: UInt64, a: UInt32 = 0, b: UInt32 = 0) -> [Float] {
    RandomStream(seed: seed, purpose: .embeddingNoise).standardNormals(count: count, a: a, b: b)
  }

  @Test("have uniform words, by the chi-square of their high and low bytes", arguments: seeds)
  func uniformWords(seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .embeddingNoise)
    let blocks = 16_384
    var high = [Int](repeating: 0, count: 256)
    var low = high
    for block in 0..<UInt32(blocks) {
      let words = stream.words(a: 0, b: 0, block: block)
      for index in 0..<4 {
        high[Int(words[index] >> 24)] += 1
        low[Int(words[index] & 255)] += 1
      }
    }
    let expected = [Double](repeating: Double(4 * blocks) / 256, count: 256)
    for counts in [high, low] {
      let statistic = Statistical.chiSquare(counts, expected: expected)
      #expect(statistic < Statistical.chiSquareBound(degreesOfFreedom: 255))
      // And not too even, which the transform's left tail bounds: mean 255, deviation √510.
      #expect(statistic > 255 - 5 * 510.0.squareRoot())
    }
  }

  @Test("have uniform numbers over (0, 1), by chi-square over positions", arguments: seeds)
  func uniformNumbers(seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .tokenSampling)
    var counts = [Int](repeating: 0, count: 100)
    for position in 0..<20_000 as Range<UInt32> {
      counts[Int(stream.uniform(a: position, b: 0, block: 0) * 100)] += 1
    }
    let statistic = Statistical.chiSquare(counts, expected: [Double](repeating: 200, count: 100))
    #expect(statistic < Statistical.chiSquareBound(degreesOfFreedom: 99))
  }

  @Test("have the normal distribution's first four moments", arguments: seeds)
  func moments(seed: UInt64) {
    let n = 100_000.0
    let draws = normals(Int(n), seed: seed).map(Double.init)
    func mean(_ power: (Double) -> Double) -> Double { draws.reduce(0) { $0 + power($1) } / n }
    // The mean of z^m has variance (E z^2m - (E z^m)^2) / n, with E z^2, z^4, z^6, z^8 = 1, 3, 15, 105.
    func bound(_ variance: Double) -> Double { Statistical.errors * (variance / n).squareRoot() }
    #expect(abs(mean { $0 }) < bound(1))
    #expect(abs(mean { $0 * $0 } - 1) < bound(3 - 1))
    #expect(abs(mean { $0 * $0 * $0 }) < bound(15))
    #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < bound(105 - 9))
  }

  @Test("pass Kolmogorov and Smirnov's test of normality", arguments: seeds)
  func kolmogorovSmirnov(seed: UInt64) {
    let draws = normals(50_000, seed: seed).sorted()
    let n = Double(draws.count)
    var largest = 0.0
    for (index, draw) in draws.enumerated() {
      let theory = Statistical.normalDistribution(Double(draw))
      largest = max(largest, abs(theory - Double(index) / n), abs(theory - Double(index + 1) / n))
    }
    // P(√n D > x) is nearly 2 exp(-2x²): 1e-6 at x = 2.70.
    #expect(largest * n.squareRoot() < 2.70)
  }

  @Test("have independent numbers at neighbouring dimensions, copies, positions and seeds")
  func uncorrelated() {
    let n = 8192
    // The correlation of independent sequences has deviation 1/√n.
    let bound = Statistical.errors / Double(n).squareRoot()
    for seed in Self.seeds {
      let base = normals(n, seed: seed, a: 4, b: 4)
      let scalars = RandomStream(seed: seed, purpose: .directionScalar)
      let others: [(String, [Float])] = [
        ("the next copy", normals(n, seed: seed, a: 4, b: 5)),
        ("the next position", normals(n, seed: seed, a: 5, b: 4)),
        ("position and copy exchanged", normals(n, seed: seed, a: 5, b: 3)),
        ("the next seed", normals(n, seed: seed &+ 1, a: 4, b: 4)),
        ("a seed of another high word", normals(n, seed: seed ^ 1 << 40, a: 4, b: 4)),
        ("another purpose", scalars.standardNormals(count: n, a: 4, b: 4)),
      ]
      for (name, other) in others {
        let correlation = Statistical.correlation(base, other)
        #expect(abs(correlation) < bound, "seed \(seed), \(name): \(correlation)")
      }
      for lag in 1...8 {
        let correlation = Statistical.correlation(
          Array(base.dropLast(lag)), Array(base.dropFirst(lag)))
        #expect(abs(correlation) < bound * 1.01, "seed \(seed), lag \(lag): \(correlation)")
      }
      // Independence, not only no correlation: Box-Muller's pairs share a radius.
      let squares = base.map { $0 * $0 }
      let correlation = Statistical.correlation(
        Array(squares.dropLast()), Array(squares.dropFirst()))
      #expect(abs(correlation) < bound * 1.01, "seed \(seed), squares: \(correlation)")
    }
  }
}
