import RESTA
import RESTAEvaluation

/// How much an answer is like the undefended one, token by token.
struct AnswerAgreement {
  /// Whether all tokens are the same; of answers without tokens, all bytes.
  let isIdentical: Bool
  /// The share of the undefended answer's tokens before the first difference; `nil` if it has none.
  let commonPrefix: Double?
  /// 2 c / (m + n), with m and n the numbers of tokens and c that of common ones, each as often as it
  /// is in both; 1 for two answers without tokens.
  let tokenOverlap: Double

  init(_ answer: DefendedAnswer, reference: DefendedAnswer) {
    let (ours, theirs) = (answer.tokenIDs, reference.tokenIDs)
    if ours.isEmpty && theirs.isEmpty {
      isIdentical = answer.text.utf8.elementsEqual(reference.text.utf8)
      commonPrefix = nil
      tokenOverlap = isIdentical ? 1 : 0
      return
    }
    isIdentical = ours == theirs
    let prefix = zip(ours, theirs).prefix { $0 == $1 }.count
    commonPrefix = theirs.isEmpty ? nil : Double(prefix) / Double(theirs.count)
    func counts(_ tokens: [TokenID]) -> [TokenID: Int] {
      Dictionary(tokens.map { ($0, 1) }, uniquingKeysWith: +)
    }
    let theirCounts = counts(theirs)
    let common = counts(ours).reduce(0) { $0 + min($1.value, theirCounts[$1.key] ?? 0) }
    tokenOverlap = Double(2 * common) / Double(ours.count + theirs.count)
  }
}

extension Analysis {
  /// Each defence's answers beside the undefended ones to the same prompt: with the same seed where there
  /// is one, else the one of the lowest seed.
  static func agreement(
    in table: AnalysisTable, _ estimator: Estimator
  ) -> [AgreementSummary] {
    guard let reference = table.reference else { return [] }
    return Sample.Role.allCases.flatMap { role in
      let references = reference.rows.of(role).filter { $0.answer != nil }.byPrompt()
      return table.defenses.filter { $0.name != reference.name }.compactMap { defense in
        summary(role, defense, references, estimator)
      }
    }
  }

  private static func summary(
    _ role: Sample.Role, _ defense: AnalysisTable.Defense,
    _ references: [PromptID: [GenerationRow]], _ estimator: Estimator
  ) -> AgreementSummary? {
    var (identical, prefix, overlap) = (ClusterSums(), ClusterSums(), ClusterSums())
    for row in defense.rows.of(role) {
      let candidates = references[row.prompt] ?? []
      let reference = candidates.first { $0.seed == row.seed } ?? candidates.first
      guard let answer = row.answer, let theirs = reference?.answer else { continue }
      let agreement = AnswerAgreement(answer, reference: theirs)
      identical.add(agreement.isIdentical ? 1 : 0, to: row.cluster)
      if let share = agreement.commonPrefix { prefix.add(share, to: row.cluster) }
      overlap.add(agreement.tokenOverlap, to: row.cluster)
    }
    guard identical.observations > 0 else { return nil }
    return AgreementSummary(
      role: role, defense: defense.name, identical: estimator.rate(identical),
      commonPrefix: estimator.mean(shares: prefix), tokenOverlap: estimator.mean(shares: overlap))
  }
}
