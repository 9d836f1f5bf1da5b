import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Intervals of shares") struct BinomialIntervalTests {
  @Test(arguments: UInt64(0)..<200)
  func `they hold the share, have a width, stay in 0...1 and mirror`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let n = generator.integer(in: 1...500)
    let count = generator.integer(in: 0...n)
    let methods: [(String, (Int) -> ConfidenceInterval)] = [
      ("Wilson", { BinomialInterval.wilson($0, of: n) }),
      ("Clopper-Pearson", { BinomialInterval.clopperPearson($0, of: n) }),
    ]
    for (name, interval) in methods {
      let (here, mirrored) = (interval(count), interval(n - count))
      #expect(here.contains(Double(count) / Double(n)), "\(name), \(count) of \(n)")
      #expect(here.low >= 0 && here.high <= 1 && here.low < here.high, "\(name), \(count) of \(n)")
      #expect(abs(here.low - (1 - mirrored.high)) < 1e-12, "\(name), \(count) of \(n)")
    }
  }

  @Test func `none of n has a lower end of exactly 0, and all of n an upper end of exactly 1`() {
    for n in 1...300 {
      for method in [BinomialInterval.wilson, BinomialInterval.clopperPearson] {
        #expect(method(0, n, 0.95).low == 0)
        #expect(method(n, n, 0.95).high == 1)
      }
    }
  }

  /// Summed over all outcomes, not simulated: 95 % is a promise of Clopper and Pearson's.
  @Test(arguments: [5, 20, 60])
  func `Clopper and Pearson's covers every share at least as often as it says`(n: Int) {
    let intervals = (0...n).map { BinomialInterval.clopperPearson($0, of: n) }
    for step in 1..<100 {
      let share = Double(step) / 100
      var (probability, coverage) = (Self.power(1 - share, n), 0.0)
      for count in 0...n {
        if intervals[count].contains(share) { coverage += probability }
        probability *= Double(n - count) / Double(count + 1) * share / (1 - share)
      }
      #expect(coverage >= 0.95 - 1e-9, "\(share) of \(n)")
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
