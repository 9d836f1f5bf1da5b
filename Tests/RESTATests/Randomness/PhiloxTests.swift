import RESTA
import Testing

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
    var generator = CaseGenerator(seed: 1)
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
