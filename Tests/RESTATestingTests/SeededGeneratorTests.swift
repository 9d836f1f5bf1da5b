import RESTATesting
import Testing

@Suite("SeededGenerator")
struct SeededGeneratorTests {
  @Test("gives SplitMix64's published numbers")
  func knownAnswers() {
    // Seed 1234567: the first outputs of the reference code (prng.di.unimi.it/splitmix64.c).
    var generator = SeededGenerator(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect((0..<5).map { _ in generator.next() } == expected)
  }

  @Test("repeats itself for the same seed, 0 included", arguments: [0, 1, .max] as [UInt64])
  func repetition(seed: UInt64) {
    var one = SeededGenerator(seed: seed)
    var other = SeededGenerator(seed: seed)
    var next = SeededGenerator(seed: seed &+ 1)
    let numbers = (0..<50).map { _ in one.next() }
    #expect(numbers == (0..<50).map { _ in other.next() })
    #expect(numbers != (0..<50).map { _ in next.next() })
    #expect(Set(numbers).count == 50)
  }

  @Test(
    "draws every integer of a range and none outside it",
    arguments: [0...0, -3...3, 5...14] as [ClosedRange<Int>])
  func integers(range: ClosedRange<Int>) {
    var generator = SeededGenerator(seed: 5)
    // 10 values at most: one of them is missed in 500 draws with probability 10 * 0.9^500 = 1e-22.
    #expect(Set((0..<500).map { _ in generator.integer(in: range) }) == Set(range))
  }

  @Test("draws from the whole range of integers")
  func wholeRange() {
    var generator = SeededGenerator(seed: 6)
    let numbers = (0..<100).map { _ in generator.integer(in: .min ... .max) }
    #expect(numbers.contains { $0 < 0 } && numbers.contains { $0 > 0 })
  }

  @Test("takes chances as often as they are likely, 0 never and 1 always")
  func chances() {
    var generator = SeededGenerator(seed: 7)
    #expect((0..<1_000).count { _ in generator.chance(0) } == 0)
    #expect((0..<1_000).count { _ in generator.chance(1) } == 1_000)
    // 10,000 draws of 0.3: standard deviation 45.8; five of them.
    let hits = (0..<10_000).count { _ in generator.chance(0.3) }
    #expect(abs(hits - 3_000) < 230)
  }

  @Test("shuffles without losing anything, into every order")
  func shuffling() {
    var generator = SeededGenerator(seed: 8)
    // 6 orders: one is missed in 300 draws with probability 6 * (5/6)^300 = 1e-23.
    let orders = (0..<300).map { _ in generator.shuffled([1, 2, 3]) }
    #expect(orders.allSatisfy { $0.sorted() == [1, 2, 3] })
    #expect(Set(orders).count == 6)
    #expect(generator.shuffled([Int]()).isEmpty)
  }

  @Test("hashes words by value and order")
  func hashing() {
    let words: [[UInt64]] = [
      [], [0], [0, 0], [1], [1, 0], [0, 1], [.max], [1, 2, 3], [3, 2, 1],
    ]
    #expect(Set(words.map { SeededGenerator.hash($0) }).count == words.count)
    #expect(SeededGenerator.hash([1, 2, 3]) == SeededGenerator.hash([1, 2, 3]))
  }
}
