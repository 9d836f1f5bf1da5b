import RESTAEvaluation
import RESTA

extension Analysis {
  /// Each defence's answers beside the baseline's to the same prompt: with the same seed where there
  /// is one, else the one of the lowest seed.
  static func agreement(
    in table: AnalysisTable, _ estimator: Estimator, similarities: [String: Double]
  ) -> [AgreementSummary] {
    guard let baseline = table.baseline else { return [] }
    return Sample.Role.allCases.flatMap { role in
      let references = baseline.rows.of(role).filter { $0.answer != nil }.byPrompt()
      return table.challengers.compactMap { defense in
        summary(role, defense, references, estimator, similarities)
      }
    }
  }

  private static func summary(
    _ role: Sample.Role, _ defense: AnalysisTable.Defense,
    _ references: [PromptID: [GenerationRow]], _ estimator: Estimator,
    _ similarities: [String: Double]
  ) -> AgreementSummary? {
    var (identical, prefix, overlap, similarity) =
      (ClusterSums(), ClusterSums(), ClusterSums(), ClusterSums())
    for row in defense.rows.of(role) {
      let candidates = references[row.prompt] ?? []
      let reference = candidates.first { $0.seed == row.seed } ?? candidates.first
      guard let answer = row.answer, let theirs = reference?.answer else { continue }
      let agreement = AnswerAgreement(answer, reference: theirs)
      identical.add(agreement.isIdentical ? 1 : 0, to: row.cluster)
      if let share = agreement.commonPrefix { prefix.add(share, to: row.cluster) }
      overlap.add(agreement.tokenOverlap, to: row.cluster)
      if let cosine = similarities[row.key] { similarity.add(cosine, to: row.cluster) }
    }
    guard identical.observations > 0 else { return nil }
    return AgreementSummary(
      role: role, defense: defense.name, identical: estimator.rate(identical),
      commonPrefix: estimator.mean(prefix), tokenOverlap: estimator.mean(overlap),
      similarity: similarity.observations > 0 ? estimator.mean(similarity) : nil)
  }
}
