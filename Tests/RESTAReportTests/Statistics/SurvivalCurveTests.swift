import Foundation
import RESTATesting
import Testing

@testable import RESTAReport

@Suite("Survival curves") struct SurvivalCurveTests {
  private static func curve(_ ended: [Double], _ censored: [Double]) -> SurvivalCurve {
    SurvivalCurve(
      ended.map { (time: $0, ended: true) } + censored.map { (time: $0, ended: false) })
  }

  /// Freireich's remission times under 6-mercaptopurine, of 21 patients, as every textbook of survival
  /// analysis has them (Kalbfleisch and Prentice, section 1.4).
  @Test("a textbook's table") func freireich() throws {
    let curve = Self.curve(
      [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    let survival: [(time: Double, value: Double, error: Double)] = [
      (6, 0.8571, 0.0764), (7, 0.8067, 0.0869), (10, 0.7529, 0.0963), (13, 0.6902, 0.1068),
      (16, 0.6275, 0.1141), (22, 0.5378, 0.1282), (23, 0.4482, 0.1346),
    ]
    for (time, value, error) in survival {
      let share = try #require(curve.ended(by: time))
      #expect(abs(1 - share.value - value) < 5e-5, "\(time)")
      // The interval by its definition: S^exp(± z se / (S |ln S|)).
      let reach = 1.959964 * error / (value * abs(log(value)))
      #expect(abs(1 - share.high - pow(value, exp(reach))) < 2e-3, "\(time)")
      #expect(abs(1 - share.low - pow(value, exp(-reach))) < 2e-3, "\(time)")
    }
    #expect(curve.time(of: 0.5) == 23)
    #expect(curve.time(of: 0.6) == nil)
    #expect(curve.ended(by: 35)?.value == curve.ended(by: 23)?.value)
    #expect(curve.ended(by: 36) == nil)
  }

  @Test("who is followed for ever says nothing of those who were lost") func followedForEver() {
    let exhausted = [Double](repeating: .infinity, count: 5)
    let curve = Self.curve([10, 10], exhausted + [20, 20, 20])
    #expect(curve.ended(by: 20).map { abs($0.value - 0.2) < 1e-12 } == true)
    #expect(curve.ended(by: 21) == nil && curve.ended(by: 100) == nil)
    // Where nobody was lost they never end.
    let followed = Self.curve([10, 10], exhausted + [.infinity]).ended(by: 100)
    #expect(followed.map { abs($0.value - 0.25) < 1e-12 } == true)
  }

  @Test("without any that were lost it is the plain share") func shares() throws {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let count = generator.integer(in: 1...30)
      let times = (0..<count).map { _ in Double(generator.integer(in: 1...20)) }
      let curve = Self.curve(times, [])
      for limit in [1.0, 5, 20, 100] {
        let share = try #require(curve.ended(by: limit))
        let plain = Double(times.count { $0 <= limit }) / Double(count)
        #expect(abs(share.value - plain) < 1e-9, "seed \(seed)")
      }
    }
  }

  @Test("shares only rise, within their intervals, and those within 0...1") func order() {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let observations = (0..<generator.integer(in: 1...25)).map { _ in
        (time: Double(generator.integer(in: 0...20)), ended: generator.integer(in: 0...2) > 0)
      }
      let curve = SurvivalCurve(observations)
      var last = 0.0
      for time in 0...25 {
        guard let share = curve.ended(by: Double(time)) else { continue }
        #expect(share.value >= last - 1e-12, "seed \(seed) time \(time)")
        #expect(share.low >= 0 && share.high <= 1, "seed \(seed) time \(time)")
        #expect(
          share.low <= share.value + 1e-9 && share.value <= share.high + 1e-9,
          "seed \(seed) time \(time): \(share)")
        last = share.value
      }
    }
    #expect(SurvivalCurve([]).ended(by: 1) == nil)
  }

  @Test("nothing and everything have an open end") func ends() throws {
    let none = try #require(Self.curve([], [9, 9, 9, 9]).ended(by: 5))
    #expect(none.value == 0 && none.low == 0 && abs(none.high - 0.6024) < 1e-3)
    let all = try #require(Self.curve([5, 5, 5, 5], []).ended(by: 5))
    #expect(all.value == 1 && all.high == 1 && abs(all.low - 0.3976) < 1e-3)
  }
}
