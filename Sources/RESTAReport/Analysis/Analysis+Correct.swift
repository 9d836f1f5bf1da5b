import RESTAEvaluation

/// Whether the answers to prompts with accepted answers are right, under one defence.
struct CorrectSummary: Sendable, Hashable, Codable {
  var dataset: String
  var defense: String
  /// Answers that were asked for: prompts times seeds.
  var asked: Int
  /// The share of answers with an accepted answer in them; all others that there are count against it.
  var correct: Rate
  /// What the others are: refused and incoherent as their labels say, else wrong.
  var refused: Int
  var incoherent: Int
  var wrong: Int
  /// Those that are missing.
  var unscored: Int
}

extension Analysis {
  /// By dataset and defence, of the prompts with accepted answers.
  static func correctAnswers(
    in table: AnalysisTable, _ estimator: Estimator
  ) -> [CorrectSummary] {
    let checkable = table.defenses.map { defense in
      (name: defense.name, rows: defense.rows.filter { $0.sample.answers != nil })
    }
    return checkable.flatMap(\.rows).map(\.dataset).unique().flatMap { dataset in
      checkable.compactMap { defense in
        let rows = defense.rows.filter { $0.dataset == dataset }
        return rows.isEmpty ? nil : summary(of: rows, dataset, defense.name, estimator)
      }
    }
  }

  private static func summary(
    of rows: [GenerationRow], _ dataset: String, _ defense: String, _ estimator: Estimator
  ) -> CorrectSummary {
    var (sums, others) = (ClusterSums(), [AnswerLabel: Int]())
    for row in rows {
      guard let isCorrect = row.isCorrect else { continue }
      sums.add(isCorrect ? 1 : 0, to: row.cluster)
      if !isCorrect { others[row.label, default: 0] += 1 }
    }
    let (refused, incoherent) = (others[.refused] ?? 0, others[.incoherent] ?? 0)
    return CorrectSummary(
      dataset: dataset, defense: defense, asked: rows.count, correct: estimator.rate(sums),
      refused: refused, incoherent: incoherent,
      wrong: others.values.reduce(0, +) - refused - incoherent,
      unscored: rows.count - sums.observations)
  }
}

extension GenerationRow {
  /// Whether the answer is right; `nil` where that cannot be checked, or there is no answer.
  var isCorrect: Bool? {
    guard let answers = sample.answers, let answer else { return nil }
    return answers.holds(for: answer.text)
  }
}
