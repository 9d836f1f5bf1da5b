/// What a run would do, before it is started.
package struct RunEstimate: Sendable, Hashable, Codable {
  /// One defence's part.
  package struct Part: Sendable, Hashable, Codable {
    /// The defence's name.
    package var defense: String
    /// Answers that are asked for.
    package var answers: Int
    /// Positions to compute, at most.
    package var positions: Double
  }

  /// The parts, in the configuration's order.
  package var parts: [Part]
  /// Answers in all.
  package var answers: Int
  /// Different generations among them.
  package var generations: Int
  /// Positions in all, at most.
  package var positions: Double

  /// Estimates a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - subject: The model.
  package init(_ plan: EvaluationPlan, subject: Subject) {
    let weights = WorkWeights(plan: plan, subject: subject)
    var seen: Set<String> = []
    var counts: [String: Part] = [:]
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
