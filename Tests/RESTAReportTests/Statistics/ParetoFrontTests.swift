import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The Pareto front") struct ParetoFrontTests {
  private typealias Point = ParetoFront.Point

  @Test func `what another beats in one respect and equals in the other is not on it`() {
    let points = [
      Point(attackSuccess: 0.8, usefulness: 1), Point(attackSuccess: 0.8, usefulness: 0.9),
      Point(attackSuccess: 0.3, usefulness: 0.9), Point(attackSuccess: 0.3, usefulness: 0.9),
      Point(attackSuccess: 0.4, usefulness: 0.9), Point(attackSuccess: 0, usefulness: 0),
    ]
    #expect(
      ParetoFront.membership(of: points) == [true, false, true, true, false, true])
  }

  @Test(arguments: UInt64(0)..<100)
  func `every point off it is beaten by one on it, and none on it is beaten`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let points = (0...generator.integer(in: 0...30)).map { _ in
      Point(
        attackSuccess: Double(generator.integer(in: 0...9)) / 9,
        usefulness: Double(generator.integer(in: 0...9)) / 9)
    }
    let membership = ParetoFront.membership(of: points)
    let front = zip(points, membership).filter { $0.1 }.map { $0.0 }
    #expect(!front.isEmpty)
    for (point, isOnFront) in zip(points, membership) {
      #expect(isOnFront != front.contains { $0.dominates(point) }, "seed \(seed), \(point)")
    }
  }
}
