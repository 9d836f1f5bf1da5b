import RESTA
import RESTATesting
import Testing

@Suite("The split of a pass") struct PassShareTests {
  /// Wishes of up to 300 members, most of them one token, some long prompts.
  private static func needs(_ generator: inout SeededGenerator) -> [Int] {
    (0..<generator.integer(in: 0...(generator.chance(0.1) ? 300 : 8))).map { _ in
      generator.chance(0.5) ? 1 : generator.integer(in: 0...(generator.chance(0.5) ? 20 : 3000))
    }
  }

  @Test("Nobody gets more than it wants, and nothing is left over while anyone wants more")
  func nothingLost() {
    for seed in 0..<500 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let needs = Self.needs(&generator)
      let positions = generator.integer(in: 0...600)
      let shares = PassShare.split(positions, over: needs)
      #expect(shares.count == needs.count)
      #expect(zip(shares, needs).allSatisfy { $0.0 >= 0 && $0.0 <= $0.1 }, "seed \(seed)")
      #expect(shares.reduce(0, +) == min(positions, needs.reduce(0, +)), "seed \(seed)")
    }
  }

  @Test("Who gets less than it wants gets no less than anyone else, up to one position")
  func fair() {
    for seed in 0..<500 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let needs = Self.needs(&generator)
      let shares = PassShare.split(generator.integer(in: 0...600), over: needs)
      let highest = shares.max() ?? 0
      for (share, need) in zip(shares, needs) where share < need {
        #expect(share >= highest - 1, "seed \(seed)")
      }
    }
  }

  @Test("Everyone gets on in every pass, or the first in line do")
  func progress() {
    for seed in 0..<500 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let needs = Self.needs(&generator)
      let positions = generator.integer(in: 1...200)
      let shares = PassShare.split(positions, over: needs)
      let wanting = needs.indices.filter { needs[$0] > 0 }
      for index in wanting.prefix(positions) { #expect(shares[index] > 0, "seed \(seed)") }
    }
  }

  @Test("Everyone is served in turn when there are more members than positions")
  func rotation() {
    var line = Array(0..<10)
    var served = Array(repeating: 0, count: 10)
    for _ in 0..<10 {
      let shares = PassShare.split(3, over: line.map { _ in 100 })
      let winners = line.indices.filter { shares[$0] > 0 }.map { line[$0] }
      for winner in winners { served[winner] += 1 }
      line = line.filter { !winners.contains($0) } + winners
    }
    #expect(served == Array(repeating: 3, count: 10))
  }

  @Test("A step of one token takes part beside a long prompt, which gets the rest")
  func example() {
    #expect(PassShare.split(128, over: [3000, 1, 1]) == [126, 1, 1])
    #expect(PassShare.split(128, over: [3000, 1, 3000]) == [64, 1, 63])
    #expect(PassShare.split(10, over: [2, 9, 1, 9]) == [2, 4, 1, 3])
    #expect(PassShare.split(0, over: [2, 9]) == [0, 0])
    #expect(PassShare.split(5, over: []) == [])
  }
}
