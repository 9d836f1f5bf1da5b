/// How many prompts and instructions were followed, over many verdicts: the numerators and
/// denominators of IFEval's four accuracies (arXiv 2311.07911, section 3).
package struct InstructionCounts: Sendable, Hashable, Codable {
  /// How many were followed, of how many.
  package struct Followed: Sendable, Hashable, Codable {
    /// Of how many.
    package var n: Int
    /// How many were followed strictly.
    package var strict: Int
    /// How many were followed loosely.
    package var loose: Int

    /// Makes a count.
    ///
    /// - Parameters:
    ///   - n: Of how many. Default: 0.
    ///   - strict: How many were followed strictly. Default: 0.
    ///   - loose: How many were followed loosely. Default: 0.
    package init(n: Int = 0, strict: Int = 0, loose: Int = 0) {
      self.n = n
      self.strict = strict
      self.loose = loose
    }

    mutating func add(strict: Bool, loose: Bool) {
      n += 1
      self.strict += strict ? 1 : 0
      self.loose += loose ? 1 : 0
    }
  }

  /// Prompts; one is followed when all of its instructions are.
  package var prompts: Followed
  /// Instructions.
  package var instructions: Followed
  /// Instructions by their type; only types that occurred.
  package var byType: [String: Followed]

  /// Counts verdicts.
  ///
  /// Complexity: linear in the number of instructions.
  ///
  /// - Parameter verdicts: One for each answer. Default: none.
  package init(_ verdicts: some Sequence<InstructionVerdict> = []) {
    prompts = Followed()
    instructions = Followed()
    byType = [:]
    for verdict in verdicts { add(verdict) }
  }

  /// Counts one more verdict.
  ///
  /// - Parameter verdict: The verdict on one answer.
  package mutating func add(_ verdict: InstructionVerdict) {
    prompts.add(strict: verdict.isFollowedStrictly, loose: verdict.isFollowedLoosely)
    for ((id, strict), loose) in zip(zip(verdict.ids, verdict.strict), verdict.loose) {
      instructions.add(strict: strict, loose: loose)
      byType[id, default: Followed()].add(strict: strict, loose: loose)
    }
  }
}
