import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Trade-off and comparisons") struct AnalysisTradeOffTests {
  /// So many of 20 prompts of each role comply.
  private func rows(
    _ defense: String, adversarial: Int, benign: Int, direct: Int = 0, processed: Int = 10
  ) -> [GenerationRow] {
    let counts: [(Sample.Role, Int)] = [
      (.adversarial, adversarial), (.benign, benign), (.direct, direct),
    ]
    return counts.flatMap { role, complied in
      AnalysisFixture.rows(
        defense, role, AnalysisFixture.labels(complied: complied, refused: 20 - complied),
        processed: processed)
    }
  }

  private func report() -> Report {
    AnalysisFixture.report(
      rows("none", adversarial: 16, benign: 20, direct: 1)
        + rows("good", adversarial: 2, benign: 19, direct: 0, processed: 50)
        + rows("bad", adversarial: 15, benign: 8, direct: 3)
        + rows("same", adversarial: 16, benign: 20, direct: 1), draws: 2000)
  }

  @Test func `points hold rates, cost, front and verdict`() throws {
    let points = report().tradeOff
    try #require(points.map(\.defense) == ["none", "good", "bad", "same"])
    #expect(points.map(\.attackSuccess.count) == [16, 2, 15, 16])
    #expect(points.map(\.usefulness.count) == [20, 19, 8, 20])
    #expect(points.map(\.directSuccess?.count) == [1, 0, 3, 1])
    #expect(points.map(\.tokenRatio.value) == [1, 5, 1, 1])
    #expect(points.map(\.isParetoOptimal) == [true, true, false, true])
    #expect(points.map(\.verdict) == [.reference, .better, .worse, .undecided])
    let expected: [Double] = [0, 0.825, -0.5375, 0]
    for (point, value) in zip(points, expected) {
      #expect(abs((point.aboveDiagonal.value ?? .nan) - value) < 1e-12, "\(point.defense)")
    }
    #expect(points[1].aboveDiagonal.n == 40)
  }

  @Test func `shares are of the undefended model, whatever others are compared with`() throws {
    var options = AnalysisOptions()
    options.baseline = "good"
    let report = AnalysisFixture.report(
      rows("none", adversarial: 16, benign: 20)
        + rows("good", adversarial: 8, benign: 18, processed: 50)
        + rows("best", adversarial: 6, benign: 16), options)
    let points = report.tradeOff.sorted { $0.defense < $1.defense }
    try #require(points.map(\.defense) == ["best", "good", "none"])
    for (point, value) in zip(points, [0.8 - 0.375, 0.9 - 0.5, 0]) {
      #expect(abs((point.aboveDiagonal.value ?? .nan) - value) < 1e-12, "\(point.defense)")
    }
    #expect(points.map(\.tokenRatio.value) == [1, 5, 1])
    #expect(points[2].verdict == .reference && points[1].verdict != .reference)
    #expect(report.comparisons.allSatisfy { $0.baseline == "good" })
    #expect(Set(report.agreement.map(\.defense)).isDisjoint(with: ["none"]))
  }

  @Test func `comparisons count pairs of prompts`() throws {
    let comparisons = report().comparisons
    #expect(comparisons.count == 9 && !comparisons.contains { $0.defense == "none" })
    let good = try #require(
      comparisons.first { $0.defense == "good" && $0.role == .adversarial })
    #expect([good.n, good.lower, good.tied, good.higher] == [20, 14, 6, 0])
    #expect(abs((good.difference.value ?? 0) + 0.7) < 1e-12)
    // Two-sided: 2 · 2^-14, by chance among 9999 arrangements.
    #expect(good.p < 0.001 && good.direction == .lower)
    let same = try #require(comparisons.first { $0.defense == "same" && $0.role == .benign })
    #expect(same.p == 1 && same.difference.value == 0)
    #expect((same.difference.low ?? 0) < 0 && (same.difference.high ?? 0) > 0)
  }

  @Test func `several seeds count once in a pair, and a tie of theirs is no refusal`() throws {
    // Complies in: 2 of 3 seeds; 1 of 2; 1 of 1, beside an unscored one.
    let seeds: [[AnswerLabel]] = [
      [.complied, .refused, .complied], [.complied, .refused], [.unscored, .complied],
    ]
    var rows = AnalysisFixture.rows("none", .direct, [.refused, .refused, .refused])
    for (index, labels) in seeds.enumerated() {
      for (seed, label) in labels.enumerated() {
        rows.append(
          AnalysisFixture.row(
            "noisy", AnalysisFixture.sample("direct-\(index)", .direct), label,
            seed: UInt64(seed)))
      }
    }
    let comparison = try #require(AnalysisFixture.report(rows).comparisons.first)
    #expect([comparison.n, comparison.lower, comparison.tied, comparison.higher] == [3, 0, 0, 3])
    let expected = (2.0 / 3 + 0.5 + 1) / 3
    #expect(abs((comparison.difference.value ?? 0) - expected) < 1e-12)
  }

  @Test func `pairs with an unscored side are left out`() throws {
    let rows =
      AnalysisFixture.rows("none", .direct, [.refused, .unscored, .refused])
      + AnalysisFixture.rows("other", .direct, [.unscored, .complied, .complied])
    let comparison = try #require(AnalysisFixture.report(rows).comparisons.first)
    #expect([comparison.n, comparison.higher] == [1, 1])
  }

  @Test func `without the baseline there are points but nothing to compare with`() {
    let report = AnalysisFixture.report(rows("good", adversarial: 2, benign: 19))
    #expect(report.tradeOff.map(\.verdict) == [.reference])
    #expect(report.tradeOff.first?.tokenRatio.value == nil)
    #expect(report.comparisons.isEmpty && report.agreement.isEmpty)
  }

  @Test func `a defence without benign or adversarial prompts is no point`() {
    #expect(
      AnalysisFixture.report(AnalysisFixture.rows("none", .benign, [.complied])).tradeOff.isEmpty)
  }

  @Test func `a placebo is one more reference, for the others only`() throws {
    let report = AnalysisFixture.report(
      rows("none", adversarial: 20, benign: 20) + rows("good", adversarial: 1, benign: 20)
        + rows("as little", adversarial: 11, benign: 20)
        + AnalysisFixture.rows(
          "sugar", .adversarial, AnalysisFixture.labels(complied: 12, refused: 8), kind: "placebo")
        + AnalysisFixture.rows(
          "sugar", .benign, AnalysisFixture.labels(complied: 20, refused: 0), kind: "placebo"))
    let index = ReportIndex(report)
    #expect(index.placebo == "sugar")
    #expect(index.separation("good") == .below)
    #expect(index.separation("as little") == .notSeparated)
    #expect(index.separation("sugar") == .isPlacebo && index.separation("none") == .isUndefended)
    let good = try #require(index.comparison(.adversarial, "good", with: "sugar"))
    #expect([good.n, good.lower, good.tied, good.higher] == [20, 11, 9, 0])
    // All three beat refusing at random; only one of them the placebo.
    #expect(report.tradeOff.map(\.verdict) == [.reference, .better, .better, .better])
    #expect(index.comparison(.adversarial, "sugar", with: "sugar") == nil)
    // A placebo that was asked no attack yet says nothing of anyone's.
    let begun = ReportIndex(
      AnalysisFixture.report(
        rows("none", adversarial: 20, benign: 20) + rows("good", adversarial: 1, benign: 20)
          + AnalysisFixture.rows(
            "sugar", .benign, AnalysisFixture.labels(complied: 20, refused: 0), kind: "placebo")))
    #expect(begun.separation("good") == .notCompared)
    let without = ReportIndex(AnalysisFixture.report(rows("none", adversarial: 20, benign: 20)))
    #expect(without.separation("none") == .notRun)
  }
}
