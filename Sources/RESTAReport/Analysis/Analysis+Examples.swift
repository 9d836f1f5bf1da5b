import RESTAEvaluation

extension Analysis {
  /// A few prompts of each role, evenly spaced, each with the answer of every defence to its lowest
  /// seed.
  static func examples(
    in table: AnalysisTable, limit: Int, showsText: Bool, hash: (String) -> String
  ) -> [Example] {
    let answers = table.defenses.map { $0.rows.byPrompt() }
    return Sample.Role.allCases.flatMap { role -> [Example] in
      let prompts = table.defenses.flatMap { $0.rows.of(role) }.prompts()
      return EvenChoice.of(prompts, limit: limit).flatMap { prompt in
        answers.compactMap { $0[prompt]?.first }.map { row in
          example(of: row, isRedacted: role != .benign && !showsText, hash: hash)
        }
      }
    }
  }

  private static func example(
    of row: GenerationRow, isRedacted: Bool, hash: (String) -> String
  ) -> Example {
    Example(
      dataset: row.dataset, sample: row.sample.id, role: row.sample.role, defense: row.defense,
      seed: row.seed, label: row.label, prompt: isRedacted ? nil : row.sample.prompt,
      answer: isRedacted ? nil : row.answer?.text,
      redaction: isRedacted ? redaction(of: row, hash: hash) : nil)
  }

  /// Enough to tell whether two texts are the same, and to find one in the store.
  private static func redaction(of row: GenerationRow, hash: (String) -> String) -> String {
    func stub(_ text: String) -> String {
      let characters = text.count == 1 ? "1 character" : "\(text.count) characters"
      return "\(characters), SHA-256 \(hash(text).prefix(16))"
    }
    let answer = row.answer.map { stub($0.text) } ?? "none"
    return "prompt: \(stub(row.sample.prompt)); answer: \(answer)"
  }
}
