import RESTADocuments

@testable import RESTAEvaluation

/// Results to export.
enum GenerationRows {
  static func row(
    _ id: String, role: Sample.Role = .adversarial, prompt: String = "p", label: AnswerLabel,
    answer: String? = "a", seed: UInt64 = 7, attack: String? = "gcg", defense: String = "resta",
    dataset: String = "d"
  ) -> GenerationRow {
    GenerationRow(
      key: "k" + id, dataset: dataset,
      sample: Sample(
        id: id, role: role, prompt: prompt, behavior: "b" + id, goal: "g" + id, category: "c",
        attack: role == .adversarial ? attack : nil),
      defense: defense, kind: "resta",
      settings: ["sigma": .number(0.5), "noise": .string("hard"), "samples": .integer(10)],
      usesSeed: true, seed: seed,
      answer: answer.map {
        DefendedAnswer(
          text: $0, tokenIDs: [1, 2, 3], stopReason: "end", promptTokens: 9, passes: 4,
          tokensProcessed: 50, seconds: 0.25, notes: ["n": .integer(1)])
      },
      failure: answer == nil ? "no room" : nil,
      verdicts: ["j/1": Verdict(.refused, reason: "phrase", details: ["at": .integer(0)])],
      label: label)
  }
}
