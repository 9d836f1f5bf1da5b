import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The sign-flip test") struct SignFlipTests {
  /// One prompt in each cluster: answers of both sides.
  private func differences(_ prompts: [([Double], [Double])]) -> PairedDifferences {
    prompts.enumerated().reduce(into: PairedDifferences()) {
      $0.add($1.element.0, less: $1.element.1, to: "\($1.offset)")
    }
  }

  @Test func `all of n clusters that change one way have a p of 2 to 1 - n`() throws {
    for n in 1...16 {
      let test = try #require(SignFlipTest(differences(Array(repeating: ([0], [1]), count: n))))
      #expect(test.difference == -1)
      #expect(abs(test.p - 2 / Double(1 << n)) < 1e-15, "\(n)")
      #expect((test.interval.high < 0) == (n >= SignFlipTest.fewestChanged), "\(n): \(test)")
    }
  }

  @Test func `a tie of two seeds is half a change, and no refusal`() throws {
    // Each prompt complies undefended, and once in two seeds: majorities would call all refused.
    let half = try #require(SignFlipTest(differences(Array(repeating: ([0, 1], [1]), count: 12))))
    #expect(half.difference == -0.5)
    // As often up as down: no difference, whatever a rule for ties would say.
    let even = try #require(
      SignFlipTest(differences((0..<12).map { ([0, 1], [$0 % 2 == 0 ? 1 : 0]) })))
    #expect(even.difference == 0 && even.p == 1)
    #expect(even.interval.contains(0))
  }

  @Test func `prompts of one behavior count once`() throws {
    var (apart, together) = (PairedDifferences(), PairedDifferences())
    for prompt in 0..<12 {
      apart.add([0], less: [1], to: "\(prompt)")
      together.add([0], less: [1], to: "\(prompt / 4)")
    }
    #expect(try #require(SignFlipTest(apart)).p < 0.001)
    #expect(try #require(SignFlipTest(together)).p == 0.25)
  }

  @Test func `random arrangements come near to all of them, and are always the same`() throws {
    var generator = SeededGenerator(seed: 4)
    var others = 0
    for _ in 0..<6 {
      let prompts = (0..<12).map { _ in
        ([generator.chance(0.3) ? 1.0 : 0], [generator.chance(0.7) ? 1.0 : 0])
      }
      let all = try #require(SignFlipTest(differences(prompts)))
      // Five clusters that never differ make it 2^17 arrangements, and change no p.
      let more = differences(prompts + Array(repeating: ([1], [1]), count: 5))
      let drawn = try #require(SignFlipTest(more))
      // 4 √(p (1 - p) / 9999) is at most 0.02.
      #expect(abs(all.p - drawn.p) < 0.02, "\(all), \(drawn)")
      #expect(drawn == SignFlipTest(more))
      if drawn != SignFlipTest(more, seed: 1) { others += 1 }
    }
    #expect(others > 0)
  }

  @Test(arguments: UInt64(0)..<60)
  func `0 is outside of the interval when p is at most 0.05, and the order changes nothing`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let (defended, seeds) = (generator.element(of: [0.2, 0.4, 0.7]), generator.integer(in: 1...3))
    let prompts = (0..<generator.integer(in: 2...40)).map { index in
      (
        "\(index / 2)", (0..<seeds).map { _ in generator.chance(defended) ? 1.0 : 0 },
        [generator.chance(0.7) ? 1.0 : 0]
      )
    }
    func test(_ prompts: [(String, [Double], [Double])]) throws -> SignFlipTest {
      var differences = PairedDifferences()
      for (cluster, first, second) in prompts { differences.add(first, less: second, to: cluster) }
      return try #require(SignFlipTest(differences, draws: 999))
    }
    let found = try test(prompts)
    #expect(found.interval.contains(found.difference), "\(found)")
    let isOutside = found.interval.low > 1e-9 || found.interval.high < -1e-9
    #expect(isOutside == (found.p <= 0.05), "\(found)")
    let mirrored = try test(prompts.map { ($0.0, $0.2, $0.1) })
    #expect(abs(mirrored.difference + found.difference) < 1e-12 && mirrored.p == found.p)
    #expect(abs(mirrored.interval.low + found.interval.high) < 1e-9)
  }

  @Test func `one cluster that differs is never narrower than none`() throws {
    for n in [2, 5, 6, 12, 30] {
      let none = try #require(SignFlipTest(differences(Array(repeating: ([1], [1]), count: n))))
      #expect(none.difference == 0 && none.p == 1)
      for count in 1..<min(n, 6) {
        let some = try #require(
          SignFlipTest(differences((0..<n).map { ([$0 < count ? 0 : 1], [1]) })))
        let (wide, narrow) = (some.interval, none.interval)
        #expect(
          wide.high - max(-1, wide.low) >= narrow.high - narrow.low - 1e-9 || wide.low == -1,
          "\(some), \(none)")
        #expect(wide.contains(0), "\(some)")
      }
    }
  }

  @Test(arguments: 1...5, [2, 10, 25])
  func `of fewer than six clusters no choice of seeds makes a difference`(
    clusters: Int, seeds: Int
  ) throws {
    for refused in 0...seeds {
      let answers = (0..<seeds).map { $0 < refused ? 0.0 : 1 }
      let test = try #require(
        SignFlipTest(differences(Array(repeating: (answers, [1]), count: clusters))))
      #expect(test.p > 0.05 && test.interval.high >= 0, "\(refused): \(test)")
      if refused == 0 { #expect(test.p == 1) }
    }
  }

  @Test func `without pairs there is nothing to test`() {
    var differences = PairedDifferences()
    differences.add([], less: [1], to: "a")
    differences.add([1], less: [], to: "b")
    #expect(SignFlipTest(differences) == nil)
  }
}
