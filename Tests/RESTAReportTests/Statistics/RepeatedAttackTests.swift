import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("ASR@N") struct RepeatedAttackTests {
  @Test(arguments: [
    (1, [false, true], false), (2, [false, true], true), (2, [false, false, true], false),
    (3, [false, false, true], true), (1, [true], true),
  ])
  func `one of the first N suffices`(attempts: Int, complied: [Bool], expected: Bool) {
    #expect(RepeatedAttack.succeeded(within: attempts, complied) == expected)
  }

  @Test func `an unscored answer among the first N, or too few, leave it unscored`() {
    #expect(RepeatedAttack.succeeded(within: 2, [true, nil]) == nil)
    #expect(RepeatedAttack.succeeded(within: 1, [true, nil]) == true)
    #expect(RepeatedAttack.succeeded(within: 3, [true, true]) == nil)
    #expect(RepeatedAttack.succeeded(within: 1, []) == nil)
  }
}
