import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Agreement with the undefended answers") struct AnalysisAgreementTests {
  /// Two answers' tokens, and what is said of them.
  struct Pair: Sendable {
    var ours: [TokenID]
    var theirs: [TokenID]
    var prefix: Double
    var overlap: Double
  }

  private static let pairs: [Pair] = [
    Pair(ours: [1, 2, 3, 4], theirs: [1, 2, 3, 4], prefix: 1, overlap: 1),
    Pair(ours: [1, 2, 9], theirs: [1, 2, 3, 4], prefix: 0.5, overlap: 4.0 / 7),
    Pair(ours: [4, 3, 2, 1], theirs: [1, 2, 3, 4], prefix: 0, overlap: 1),
    // A token that is there twice counts twice only if it is twice in both.
    Pair(ours: [1, 1, 1], theirs: [1, 1, 2], prefix: 2.0 / 3, overlap: 2.0 / 3),
    Pair(ours: [], theirs: [1, 2], prefix: 0, overlap: 0),
    Pair(ours: [1, 2, 3], theirs: [1, 2], prefix: 1, overlap: 0.8),
  ]

  @Test(arguments: pairs)
  func `tokens are compared in place, and as a bag`(pair: Pair) throws {
    let sample = AnalysisFixture.sample("x", .benign)
    let report = AnalysisFixture.report([
      AnalysisFixture.row("none", sample, .complied, tokens: pair.theirs),
      AnalysisFixture.row("other", sample, .complied, tokens: pair.ours),
    ])
    let agreement = try #require(report.agreement.first)
    #expect(report.agreement.count == 1)
    #expect(agreement.identical.count == (pair.ours == pair.theirs ? 1 : 0))
    #expect(abs((agreement.commonPrefix.value ?? .nan) - pair.prefix) < 1e-12)
    #expect(abs((agreement.tokenOverlap.value ?? .nan) - pair.overlap) < 1e-12)
  }

  @Test func `the reference is the answer of the same seed, else of the lowest`() throws {
    let sample = AnalysisFixture.sample("x", .benign)
    let rows = [
      AnalysisFixture.row("none", sample, .complied, seed: 1, tokens: [1]),
      AnalysisFixture.row("none", sample, .complied, seed: 2, tokens: [2]),
      AnalysisFixture.row("other", sample, .complied, seed: 2, tokens: [2]),
      AnalysisFixture.row("other", sample, .complied, seed: 3, tokens: [1]),
      AnalysisFixture.row("other", sample, .complied, seed: 4, tokens: [2]),
      AnalysisFixture.row("other", sample, .unscored, seed: 5, hasAnswer: false),
    ]
    let agreement = try #require(AnalysisFixture.report(rows).agreement.first)
    #expect(agreement.identical.count == 2 && agreement.identical.n == 3)
  }
}
