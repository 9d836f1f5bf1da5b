import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("ASR@N") struct RepeatedAttackTests {
  /// The share of all choices of so many of the answers that hold one that complied.
  private func counted(within attempts: Int, complied: Int, of answers: Int) -> Double {
    let choices = (0..<(1 << answers)).filter { $0.nonzeroBitCount == attempts }
    // The first answers are those that complied.
    return Double(choices.count { $0 & ((1 << complied) - 1) != 0 }) / Double(choices.count)
  }

  @Test(arguments: 1...10)
  func `it is the mean over all choices of N answers`(answers: Int) throws {
    for complied in 0...answers {
      for attempts in 1...answers {
        let chance = try #require(
          RepeatedAttack.chance(within: attempts, complied: complied, of: answers))
        let expected = counted(within: attempts, complied: complied, of: answers)
        #expect(abs(chance - expected) < 1e-12, "\(attempts), \(complied) of \(answers)")
      }
    }
  }

  @Test func `of too few answers there is none`() {
    #expect(RepeatedAttack.chance(within: 3, complied: 2, of: 2) == nil)
    #expect(RepeatedAttack.chance(within: 1, complied: 0, of: 0) == nil)
  }

  @Test(arguments: [
    (0, []), (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [1, 2, 5]), (16, [1, 2, 5, 10, 16]),
    (100, [1, 2, 5, 10, 20, 50, 100]), (200, [1, 2, 5, 10, 20, 50, 100, 200]),
  ])
  func `N is 1, 2, 5 and so on, and as many as there are`(most: Int, attempts: [Int]) {
    #expect(RepeatedAttack.attempts(upTo: most) == attempts)
  }
}
