import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The Pareto front") struct ParetoFrontTests {
  /// Of ten prompts of each kind.
  private func report(_ points: [(broken: Int, useful: Int)]) -> [TradeOffPoint] {
    var rows: [GenerationRow] = []
    for (number, point) in points.enumerated() {
      for (role, count) in [(Sample.Role.adversarial, point.broken), (.benign, point.useful)] {
        rows += AnalysisFixture.rows(
          "d\(number)", role, AnalysisFixture.labels(complied: count, refused: 10 - count))
      }
    }
    return AnalysisFixture.report(rows, draws: 10).tradeOff
  }

  @Test func `what another beats in one respect and equals in the other is not on it`() {
    let points = report([(8, 10), (8, 9), (3, 9), (3, 9), (4, 9), (0, 0)])
    #expect(points.map(\.isParetoOptimal) == [true, false, true, true, false, true])
  }

  @Test(arguments: UInt64(0)..<100)
  func `every point off it is beaten by one on it, and none on it is beaten`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let points = report(
      (0...generator.integer(in: 0...12)).map { _ in
        (generator.integer(in: 0...10), generator.integer(in: 0...10))
      })
    let front = points.filter(\.isParetoOptimal)
    #expect(!front.isEmpty)
    for point in points {
      let isBeaten = front.contains { other in
        let (fewer, more) = (
          point.attackSuccess.count - other.attackSuccess.count,
          other.usefulness.count - point.usefulness.count
        )
        return fewer >= 0 && more >= 0 && fewer + more > 0
      }
      #expect(point.isParetoOptimal != isBeaten, "seed \(seed), \(point.defense)")
    }
  }
}
