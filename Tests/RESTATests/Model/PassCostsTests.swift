import Foundation
import RESTA
import Testing

@Suite("Pass costs") struct PassCostsTests {
  static func costs(_ samples: (Int, Double)...) -> PassCosts {
    PassCosts(samples: samples.map { PassCosts.Sample(positions: $0.0, seconds: $0.1) })
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var costs: PassCosts
    var positions: Int
    var seconds: Double

    var testDescription: String { "\(positions) of \(costs.samples.map(\.positions))" }
  }

  static let three = costs((2, 0.5), (4, 1), (8, 4))
  static let single = costs((4, 2))
  static let flat = costs((1, 3), (64, 3))
  static let fromOne = costs((1, 1), (3, 2))

  // All exact in binary, so compared exactly.
  static let table = [
    Case(costs: three, positions: 0, seconds: 0), Case(costs: three, positions: -1, seconds: 0),
    // A pass narrower than any measured one is not cheaper than the narrowest.
    Case(costs: three, positions: 1, seconds: 0.5), Case(costs: three, positions: 2, seconds: 0.5),
    Case(costs: three, positions: 3, seconds: 0.75), Case(costs: three, positions: 4, seconds: 1),
    Case(costs: three, positions: 5, seconds: 1.75), Case(costs: three, positions: 6, seconds: 2.5),
    Case(costs: three, positions: 8, seconds: 4),
    // Beyond the widest: the slope of the last two, 0.75 a position.
    Case(costs: three, positions: 9, seconds: 4.75),
    Case(costs: three, positions: 108, seconds: 79),
    Case(costs: single, positions: 0, seconds: 0), Case(costs: single, positions: 1, seconds: 2),
    Case(costs: single, positions: 4, seconds: 2), Case(costs: single, positions: 6, seconds: 3),
    Case(costs: single, positions: 40, seconds: 20),
    Case(costs: flat, positions: 33, seconds: 3), Case(costs: flat, positions: 1000, seconds: 3),
    Case(costs: fromOne, positions: 2, seconds: 1.5),
    Case(costs: fromOne, positions: 5, seconds: 3),
  ]

  @Test("Linear between the measured widths and beyond them", arguments: table)
  func interpolation(row: Case) {
    #expect(row.costs.seconds(positions: row.positions) == row.seconds)
  }

  @Test("The order of the samples does not matter")
  func order() {
    let samples = Self.three.samples
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      #expect(PassCosts(samples: order.map { samples[$0] }) == Self.three)
    }
    #expect(Self.three.samples.map(\.positions) == [2, 4, 8])
  }

  @Test("Where a wider pass was measured to be cheaper, the narrower one's cost is taken")
  func falling() {
    let costs = Self.costs((16, 2), (1, 1), (4, 3), (64, 5))
    #expect(costs.samples.map(\.seconds) == [1, 3, 3, 5])
    #expect(costs.seconds(positions: 10) == 3)
    #expect(Self.costs((1, 4), (2, 3), (3, 2)).samples.map(\.seconds) == [4, 4, 4])
    #expect(Self.costs((1, 4), (2, 3)).seconds(positions: 50) == 4)
  }

  @Test("Costs never fall with the width", arguments: UInt64(0)..<50)
  func rising(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / 16_777_216 + 0.001
    }
    let costs = PassCosts(
      samples: [1, 2, 7, 16, 40].map { PassCosts.Sample(positions: $0, seconds: next()) })
    let seconds = (0...100).map { costs.seconds(positions: $0) }
    #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 }, "\(costs)")
    for sample in costs.samples {
      #expect(abs(costs.seconds(positions: sample.positions) - sample.seconds) < 1e-12)
    }
  }

  @Test("The assumption for engines that measure nothing is sound")
  func typical() {
    let seconds = (1...256).map { PassCosts.typical.seconds(positions: $0) }
    #expect(seconds[0] > 0 && zip(seconds, seconds.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("Costs survive JSON")
  func json() throws {
    let data = try JSONEncoder().encode(Self.three)
    #expect(try JSONDecoder().decode(PassCosts.self, from: data) == Self.three)
  }

  @Test(
    "Impossible costs in JSON are refused",
    arguments: [
      #"{"samples": []}"#, #"{}"#, #"{"samples": [{"positions": 0, "seconds": 1}]}"#,
      #"{"samples": [{"positions": 1, "seconds": 0}]}"#,
      #"{"samples": [{"positions": 1, "seconds": -1}]}"#,
      #"{"samples": [{"positions": 1, "seconds": 1}, {"positions": 1, "seconds": 2}]}"#,
      #"{"samples": [{"positions": 1}]}"#, #"{"samples": [{"positions": 1.5, "seconds": 1}]}"#,
    ])
  func impossible(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(PassCosts.self, from: Data(json.utf8))
    }
  }
}
