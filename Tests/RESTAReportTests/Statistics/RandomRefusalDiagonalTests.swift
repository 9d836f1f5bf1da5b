import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Against refusing at random") struct RandomRefusalDiagonalTests {
  /// One prompt in each cluster: the defended share over the undefended one.
  private func sums(_ prompts: [(Double, Double)]) -> ClusterSums {
    prompts.enumerated().reduce(into: ClusterSums()) {
      $0.add($1.element.0, over: $1.element.1, to: "\($1.offset)")
    }
  }

  private func prompts(_ count: Int, _ defended: Double, _ undefended: Double) -> ClusterSums {
    sums(Array(repeating: (defended, undefended), count: count))
  }

  @Test func `the value is U/U0 - A/A0`() throws {
    let benign = sums([(1, 1), (1, 1), (0, 1), (1, 0), (0.5, 1)])
    let adversarial = sums([(0, 1), (1, 1), (0.5, 0), (0, 1)])
    let diagonal = RandomRefusalDiagonal(usefulness: benign, attackSuccess: adversarial)
    let value = try #require(diagonal.value)
    // U = 3.5 and U0 = 4 of 5; A = 1.5 and A0 = 3 of 4.
    #expect(abs(value - (3.5 / 4 - 1.5 / 3)) < 1e-12)
  }

  @Test(arguments: [(0.0, 0.0), (0, 1), (1, 0)])
  func `without something to lose there is nothing to compare`(useful: Double, broken: Double) {
    let diagonal = RandomRefusalDiagonal(
      usefulness: prompts(20, 0, useful), attackSuccess: prompts(20, 0, broken))
    #expect(diagonal.verdict == .reference && diagonal.value == nil && diagonal.interval == nil)
  }

  @Test func `a perfect defence is better, over enough prompts only`() throws {
    for (count, verdict) in [(20, TradeOffPoint.Verdict.better), (1, .undecided)] {
      let diagonal = RandomRefusalDiagonal(
        usefulness: prompts(count, 1, 1), attackSuccess: prompts(count, 0, 1))
      #expect(diagonal.value == 1)
      #expect(diagonal.verdict == verdict, "\(count)")
      let interval = try #require(diagonal.interval)
      #expect(interval.low < 1 && interval.high > 1, "no width: \(interval)")
    }
  }

  @Test func `a defence that does nothing is undecided`() {
    let diagonal = RandomRefusalDiagonal(
      usefulness: prompts(50, 1, 1), attackSuccess: prompts(50, 1, 1))
    #expect(diagonal.value == 0 && diagonal.verdict == .undecided)
    #expect(diagonal.interval?.contains(0) == true)
  }

  @Test func `a side that does not vary widens the interval of the other`() throws {
    let benign = sums((0..<20).map { ($0 < 8 ? 0 : 1, 1) })
    let (few, many) = (prompts(3, 0, 1), prompts(300, 0, 1))
    let narrow = try #require(
      RandomRefusalDiagonal(usefulness: benign, attackSuccess: many).interval)
    let wide = try #require(
      RandomRefusalDiagonal(usefulness: benign, attackSuccess: few).interval)
    #expect(wide.low < narrow.low && narrow.low > 0.3)
    // Wilson's upper end for 0 of 3 is 0.56: it could eat what usefulness is left.
    #expect(wide.low < 0.05)
  }

  @Test(arguments: [12, 20, 40])
  func `one attack that succeeds makes nothing more certain than none`(count: Int) throws {
    let benign = sums((0..<20).map { ($0 < 8 ? 0 : 1, 1) })
    func width(_ succeeding: Int) throws -> Double {
      let attacks = sums((0..<count).map { ($0 < succeeding ? 1 : 0, 1) })
      let interval = try #require(
        RandomRefusalDiagonal(usefulness: benign, attackSuccess: attacks).interval)
      return interval.high - interval.low
    }
    let none = try width(0)
    for succeeding in 1...5 { #expect(try width(succeeding) >= none - 1e-9, "\(succeeding)") }
  }
}
