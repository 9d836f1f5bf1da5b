import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Quantiles") struct QuantileTests {
  @Test(arguments: UInt64(0)..<200)
  func `they are those of the sorted numbers, however many are equal`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let different = generator.integer(in: 1...50)
    let numbers = (0..<generator.integer(in: 1...60)).map { _ in
      Double(generator.integer(in: 1...different))
    }
    let sorted = numbers.sorted()
    for q in [0.975, 0, 0.025, 1, 0.5] {
      let place = q * Double(numbers.count - 1)
      let (lower, upper) = (sorted[Int(place)], sorted[min(Int(place) + 1, numbers.count - 1)])
      let expected = lower + (place - place.rounded(.down)) * (upper - lower)
      let found = LinearQuantile.of(numbers, at: q)
      #expect(found.map { abs($0 - expected) < 1e-12 } == true, "seed \(seed), \(q)")
    }
  }

  @Test func `there is none of nothing`() { #expect(LinearQuantile.of([], at: 0.5) == nil) }
}
