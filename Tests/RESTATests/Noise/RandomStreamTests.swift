import RESTA
import RESTATesting
import Testing

@testable import RESTA

@Suite("RandomStream")
struct RandomStreamTests {
  @Test("gives the reference's words and uniform numbers exactly, and normal numbers within an ulp")
  func golden() throws {
    for golden in try NoiseGolden.load().streams {
      let purpose = try #require(RandomStream.Purpose(rawValue: golden.purpose))
      let stream = RandomStream(seed: try NoiseGolden.number(golden.seed), purpose: purpose)
      let (a, b) = (golden.a, golden.b)
      let words = try NoiseGolden.words(golden.words)
      for block in 0..<2 {
        let expected = SIMD4(words[4 * block..<4 * block + 4])
        #expect(stream.words(a: a, b: b, block: UInt32(block)) == expected, "\(golden)")
      }
      let uniform: Double = try NoiseGolden.number(golden.uniform)
      #expect(stream.uniform(a: a, b: b, block: 0) == uniform, "\(golden)")
      let expected = try NoiseGolden.floats(golden.normals)
      let normals = stream.standardNormals(count: expected.count, a: a, b: b)
      #expect(normals.count == expected.count)
      // Both compute in Double, where a library's logarithm, sine and cosine may be off by an ulp; that
      // moves the rounding to Float by one at most.
      let largest = zip(normals, expected).map { $0.ulps(from: $1) }.max()
      #expect((largest ?? 0) <= 1, "\(normals), not \(expected), in \(golden)")
    }
  }

  @Test("lays block, a, b and purpose out as the counter, and the seed as the key")
  func layout() {
    let stream = RandomStream(seed: 0x0123_4567_89AB_CDEF, purpose: .tokenSampling)
    let expected = Philox4x32.block(
      counter: SIMD4(7, 5, 6, 2), key: SIMD2(0x89AB_CDEF, 0x0123_4567))
    #expect(stream.words(a: 5, b: 6, block: 7) == expected)
  }

  @Test("keeps the purposes' raw values, which recorded results depend on")
  func purposes() {
    #expect(RandomStream.Purpose.allCases.map(\.rawValue) == [0, 1, 2])
    #expect(RandomStream.Purpose.embeddingNoise.rawValue == 0)
    #expect(RandomStream.Purpose.directionScalar.rawValue == 1)
  }

  @Test("starts a longer sequence of normal numbers with the shorter one")
  func prefixes() {
    let stream = RandomStream(seed: 3, purpose: .embeddingNoise)
    let long = stream.standardNormals(count: 41, a: 1, b: 2)
    for count in 0...41 {
      let short = stream.standardNormals(count: count, a: 1, b: 2)
      #expect(short == Array(long.prefix(count)), "count \(count)")
    }
    let third = stream.standardNormals(a: 1, b: 2, block: 3)
    #expect((0..<4).map { third[$0] } == Array(long[12..<16]))
  }

  @Test("never makes a uniform number 0 or 1")
  func uniformEnds() {
    #expect(RandomStream.unitInterval(low: 0, high: 0) == 0x1p-53)
    #expect(RandomStream.unitInterval(low: .max, high: .max) == 1 - 0x1p-53)
  }

  @Test(
    "makes finite normal numbers of the most extreme words",
    arguments: [UInt32(0), 1, 1 << 31, .max], [UInt32(0), 1, 1 << 31, .max])
  func extremes(first: UInt32, second: UInt32) {
    let pair = RandomStream.normalPair(first, second)
    let length = (pair[0] * pair[0] + pair[1] * pair[1]).squareRoot()
    #expect(length <= 6.765, "\(pair)")
    if first == 0 { #expect(length > 6.763, "\(pair)") }
  }

  @Test("makes the library's normal numbers, four pairs at a time, to the bit")
  func fourPairs() {
    var generator = SeededGenerator(seed: 11)
    // Where octants, quadrants and powers of two meet, and anything.
    var special: [UInt32] = [1, .max - 1, 0xB504_F333, 0xB504_F334]
    for octant in 0..<8 as Range<UInt32> {
      let start: UInt32 = octant << 29
      special += [start, start &- 1]
    }
    func words() -> SIMD4<UInt32> {
      var words = SIMD4<UInt32>()
      for lane in 0..<4 {
        let isSpecial = generator.chance(0.3)
        let any = UInt32(truncatingIfNeeded: generator.next())
        words[lane] = isSpecial ? generator.element(of: special) : any >> (any & 7)
      }
      return words
    }
    for _ in 0..<10_000 {
      let (first, second) = (words(), words())
      let pairs = NormalNumbers.pairs(first, second)
      for lane in 0..<4 {
        let pair = RandomStream.normalPair(first[lane], second[lane])
        let isSame =
          pair[0].bitPattern == pairs.cosines[lane].bitPattern
          && pair[1].bitPattern == pairs.sines[lane].bitPattern
        #expect(isSame, "\(first[lane]), \(second[lane])")
      }
    }
  }

  @Test(
    "differs for every seed, purpose and coordinate, seed 0 among them",
    arguments: [UInt64(0), 1, 1 << 32, 1 << 63, .max])
  func distinct(seed: UInt64) {
    var blocks: Set<SIMD4<UInt32>> = []
    var count = 0
    for purpose in RandomStream.Purpose.allCases {
      for other in [seed, seed &+ 1, seed ^ 1 << 32] {
        let stream = RandomStream(seed: other, purpose: purpose)
        for a in 0..<5 as Range<UInt32> {
          for b in 0..<5 as Range<UInt32> {
            for block in 0..<5 as Range<UInt32> {
              blocks.insert(stream.words(a: a, b: b, block: block))
              count += 1
            }
          }
        }
      }
    }
    #expect(blocks.count == count)
  }
}

@Suite("Philox4x32")
struct PhiloxTests {
  @Test(
    "gives Random123's known answers",
    arguments: [
      (
        SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
        SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
      ),
      (
        SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
        SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
      ),
      (
        SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
        SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(Philox4x32.block(counter: counter, key: key) == words)
  }

  @Test("gives the reference's words at drawn counters and keys")
  func referenceWords() throws {
    let cases = try NoiseGolden.load().philox
    #expect(cases.count >= 60)
    for golden in cases {
      let counter = SIMD4(try NoiseGolden.words(golden.counter))
      let key = SIMD2(try NoiseGolden.words(golden.key))
      let words = SIMD4(try NoiseGolden.words(golden.words))
      #expect(
        Philox4x32.block(counter: counter, key: key) == words, "counter \(counter), key \(key)")
    }
  }

  @Test("changes about half of its bits when any one bit of counter or key does")
  func avalanche() {
    var generator = SeededGenerator(seed: 1)
    for bit in 0..<192 {
      var changed = 0
      for _ in 0..<64 {
        var input = (0..<6).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
        func output() -> SIMD4<UInt32> {
          Philox4x32.block(counter: SIMD4(input[0..<4]), key: SIMD2(input[4..<6]))
        }
        let before = output()
        input[bit / 32] ^= 1 << UInt32(bit % 32)
        let difference = before ^ output()
        changed += (0..<4).reduce(0) { $0 + difference[$1].nonzeroBitCount }
      }
      // Of n = 64 · 128 bits: binomial, mean n/2, deviation √n / 2 = 45.3; 5.5 of them for 192 tests.
      #expect(abs(changed - 4096) < 249, "bit \(bit) changes \(changed) of 8192 bits")
    }
  }
}
