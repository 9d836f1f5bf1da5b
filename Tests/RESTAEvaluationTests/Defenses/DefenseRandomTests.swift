import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("The defences' random numbers") struct DefenseRandomTests {
  @Test func `they are Philox's words under a purpose of their own`() {
    let seed: UInt64 = 0x0123_4567_89AB_CDEF
    var random = DefenseRandom(seed: seed, purpose: .choice, lane: 7)
    for block in UInt32(0)..<3 {
      let words = Philox4x32.block(
        counter: SIMD4(block, 7, 0, 257), key: SIMD2(0x89AB_CDEF, 0x0123_4567))
      #expect(random.next() == UInt64(words[1]) << 32 | UInt64(words[0]))
      #expect(random.next() == UInt64(words[3]) << 32 | UInt64(words[2]))
    }
  }

  @Test func `no purpose is one of the noise's`() {
    let noise = Set(RandomStream.Purpose.allCases.map(\.rawValue))
    let own: [DefenseRandom.Purpose] = [.perturbation, .choice, .sampling, .refusal]
    #expect(Set(own.map(\.rawValue)).count == own.count)
    #expect(own.allSatisfy { !noise.contains($0.rawValue) && $0.rawValue >= 256 })
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func `integers are below their bound, and each is as likely as any other`(bound: Int) {
    var counts = [Int](repeating: 0, count: bound)
    let draws = 20_000
    for seed in 0..<UInt64(draws) {
      var random = DefenseRandom(seed: seed, purpose: .choice)
      counts[random.integer(below: bound)] += 1
    }
    // 5 standard deviations of a binomial count.
    let share = 1 / Double(bound)
    let limit = 5 * (Double(draws) * share * (1 - share)).squareRoot()
    for count in counts {
      #expect(abs(Double(count) - Double(draws) * share) <= limit, "\(counts)")
    }
  }

  @Test func `the largest bound is no trap`() {
    var random = DefenseRandom(seed: 0, purpose: .choice)
    for _ in 0..<100 { #expect((0..<Int.max).contains(random.integer(below: .max))) }
  }
}
