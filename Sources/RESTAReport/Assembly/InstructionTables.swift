import RESTAEvaluation

/// IFEval's results by dataset and defence.
enum InstructionTables {
  /// Verifies the answers to prompts with instructions; seeds are put together.
  ///
  /// An answer that is missing follows nothing. A prompt whose instructions cannot be verified is left
  /// out.
  static func summaries(
    of rows: [GenerationRow], datasets: [String], defenses: [String]
  ) -> [InstructionSummary] {
    datasets.flatMap { dataset in
      defenses.compactMap { defense in
        summary(
          of: rows.filter { $0.dataset == dataset && $0.defense == defense }, dataset, defense)
      }
    }
  }

  private static func summary(
    of rows: [GenerationRow], _ dataset: String, _ defense: String
  ) -> InstructionSummary? {
    var counts = InstructionCounts()
    var strict = ClusterSums()
    var loose = ClusterSums()
    for row in rows {
      guard let instructions = row.sample.instructions, !instructions.isEmpty,
        let verdict = try? InstructionVerifier.verify(
          prompt: row.sample.prompt, response: row.answer?.text ?? "", instructions: instructions)
      else { continue }
      counts.add(verdict)
      strict.add(verdict.isFollowedStrictly ? 1 : 0, to: row.sample.cluster)
      loose.add(verdict.isFollowedLoosely ? 1 : 0, to: row.sample.cluster)
    }
    guard counts.prompts.n > 0 else { return nil }
    return InstructionSummary(
      dataset: dataset, defense: defense, promptStrict: Rate(strict), promptLoose: Rate(loose),
      instructionStrict: Rate(counts.instructions.strict, of: counts.instructions.n),
      instructionLoose: Rate(counts.instructions.loose, of: counts.instructions.n),
      byType: counts.byType.mapValues { Rate($0.strict, of: $0.n) })
  }
}
