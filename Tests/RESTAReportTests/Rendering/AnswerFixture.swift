import RESTATesting

@testable import RESTAEvaluation
@testable import RESTAReport

/// Invented numbers of correct answers, and of what the vote makes of single copies.
enum AnswerFixture {
  static func fill(_ report: inout Report, _ defenses: [String], _ generator: inout SeededGenerator)
  {
    report.correctAnswers = defenses.enumerated().map { number, defense in
      CorrectSummary(
        dataset: "checkable", defense: defense, asked: 60,
        correct: ReportFixture.rate(0.6 - 0.1 * Double(number), n: 59), refused: 2, incoherent: 3,
        wrong: 19, unscored: 1)
    }
    report.correctComparisons = [
      PairedComparison(
        role: .benign, defense: defenses[1], baseline: "none", n: 59, clusters: 59, lower: 9,
        tied: 48, higher: 2, difference: ReportFixture.mean(-0.12, n: 59), p: 0.0654)
    ]
    report.voteEffects = Sample.Role.allCases.map { role in
      effect(role, single: "\(defenses[1])-one", voted: defenses[1], &generator)
    }
  }

  private static func effect(
    _ role: Sample.Role, single: String, voted: String, _ generator: inout SeededGenerator
  ) -> VoteEffect {
    let points = (0..<30).map { number in
      VoteEffect.Point(
        sample: "built-in \(role.rawValue)-\(number)",
        single: Double(generator.integer(in: 0...3)) / 3, singleAnswers: 3,
        voted: Double(generator.integer(in: 0...3)) / 3, votedAnswers: 3)
    }
    return VoteEffect(
      role: role, single: single, voted: voted, copies: 10, points: points, all: .init(points),
      aboveHalf: .init(points.filter { $0.single > 0.5 }),
      belowHalf: .init(points.filter { $0.single < 0.5 }),
      bins: [
        .init(low: 0, high: 0, single: ReportFixture.mean(0.2, n: 9)),
        .init(low: 0.5, high: 1, single: ReportFixture.mean(0.6, n: 12)),
      ])
  }
}
