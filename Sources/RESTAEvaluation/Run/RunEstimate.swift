import RESTA
import RESTADocuments

/// What a run would do, before it is started.
package struct RunEstimate: Sendable, Hashable, Codable {
  package struct Part: Sendable, Hashable, Codable {
    package var defense: String
    /// Answers that are asked for.
    package var answers: Int
    /// Positions to compute, at most.
    package var positions: Double
  }

  /// The parts, in the configuration's order.
  package var parts: [Part]
  package var answers: Int
  /// Different generations among them.
  package var generations: Int
  /// Positions in all, at most.
  package var positions: Double

  package init(_ plan: EvaluationPlan, subject: Subject) {
    let weights = WorkWeights(plan: plan, subject: subject)
    var (seen, counts) = (Set<String>(), [String: Part]())
    for item in plan.items {
      var part = counts[item.defense] ?? Part(defense: item.defense, answers: 0, positions: 0)
      part.answers += 1
      if seen.insert(item.key).inserted { part.positions += weights.weight(of: item) }
      counts[item.defense] = part
    }
    parts = plan.defenses.compactMap { counts[$0.name] }
    answers = plan.items.count
    generations = seen.count
    positions = parts.reduce(0) { $0 + $1.positions }
  }
}

/// What answers cost, roughly, before they are made: for the remaining time and for dry runs.
///
/// In positions to compute, at most: an answer that ends early costs less.
package struct WorkWeights: Sendable {
  private let defenses: [String: any Defense]
  private let subject: Subject

  package init(plan: EvaluationPlan, subject: Subject) {
    defenses = Dictionary(
      plan.defenses.map { ($0.name, $0.defense) }, uniquingKeysWith: { first, _ in first })
    self.subject = subject
  }

  /// The cost of one answer, in positions.
  package func weight(of item: EvaluationPlan.Item) -> Double {
    // About four characters of English a token, and a template around them: exact counts would need
    // each prompt to be tokenised, which for a large plan takes longer than the estimate is worth.
    let prompt = Double(item.sample.prompt.utf8.count) / 4 + 1
    let question = QuestionSize(
      prompt: prompt, template: 20, answer: Double(subject.options.maximumTokens))
    let defense = defenses[item.defense] as? any ConfiguredDefense
    return max(1, defense?.positions(for: question) ?? question.plain)
  }
}
