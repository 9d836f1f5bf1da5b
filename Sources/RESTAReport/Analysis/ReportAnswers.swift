package import RESTAEvaluation

/// How the votes of one defence went.
package struct VoteSummary: Sendable, Hashable, Codable {
  /// The defence's name.
  package var defense: String
  /// Answers with votes.
  package var answers: Int
  /// Votes in all.
  package var votes: Int
  /// Votes with a tie.
  package var ties: Rate
  /// Votes that one copy more or less would have tied or turned: a margin of at most 1.
  package var nearTies: Rate
  /// How many ties each rule broke, by the rule's name.
  package var tieBreaks: [String: Int]
  /// By position of the answer, from 0.
  package var positions: [Position]
  /// Single answers as rows of margins, for the heat map.
  package var rows: [Row]

  /// Votes at one position.
  package struct Position: Sendable, Hashable, Codable {
    /// The position, from 0.
    package var position: Int
    /// Votes there.
    package var votes: Int
    /// The mean of margin / asked.
    package var meanMargin: Double
    /// The share of unanimous votes.
    package var unanimous: Double
    /// The share of ties.
    package var ties: Double
  }

  /// One answer's margins.
  package struct Row: Sendable, Hashable, Codable {
    /// The dataset and the sample's id.
    package var sample: String
    /// The role of the prompt.
    package var role: Sample.Role
    /// What the answer counts as.
    package var label: AnswerLabel
    /// margin / asked at each position, from 0; at most 1, and 0 for a tie.
    package var margins: [Double]
  }
}

/// IFEval under one defence.
package struct InstructionSummary: Sendable, Hashable, Codable {
  /// The dataset's name.
  package var dataset: String
  /// The defence's name.
  package var defense: String
  /// Prompts with all instructions followed, strictly.
  package var promptStrict: Rate
  /// Prompts with all instructions followed, loosely.
  package var promptLoose: Rate
  /// Instructions followed, strictly.
  package var instructionStrict: Rate
  /// Instructions followed, loosely.
  package var instructionLoose: Rate
  /// By type of instruction, strictly.
  package var byType: [String: Rate]
}

/// Agreement with the undefended answers.
package struct AgreementSummary: Sendable, Hashable, Codable {
  /// The role of the prompts.
  package var role: Sample.Role
  /// The defence's name.
  package var defense: String
  /// Answers that are token for token the undefended one.
  package var identical: Rate
  /// The mean share of the undefended answer's tokens before the first difference.
  package var commonPrefix: Mean
  /// The mean token-level F1 between the two answers.
  package var tokenOverlap: Mean
  /// The mean cosine similarity of the answers' embeddings, where an embedding model was given.
  package var similarity: Mean?
}

/// Pairwise judgements against the undefended answers.
package struct PreferenceSummary: Sendable, Hashable, Codable {
  /// The dataset's name.
  package var dataset: String
  /// The defence's name.
  package var defense: String
  /// The judge's id.
  package var judge: String
  /// Wins of the defended answer, a tie being a half; both orders averaged.
  package var winRate: Mean
  /// The same with the effect of the answers' lengths taken out; `nil` where it cannot be fitted.
  package var lengthControlled: Double?
  /// Pairs in which the judge's choice depended on the order.
  package var inconsistent: Rate
  /// Pairs without a judgement.
  package var unscored: Int
  /// The mean length of the defended answers over that of the others, in characters.
  package var lengthRatio: Mean
}

/// One answer, for reading.
package struct Example: Sendable, Hashable, Codable {
  /// The dataset's name.
  package var dataset: String
  /// The sample's id.
  package var sample: String
  /// The role of the prompt.
  package var role: Sample.Role
  /// The defence's name.
  package var defense: String
  /// The seed.
  package var seed: UInt64
  /// What the answer counts as.
  package var label: AnswerLabel
  /// The prompt; `nil` when redacted.
  package var prompt: String?
  /// The answer; `nil` when redacted.
  package var answer: String?
  /// What stands for redacted text: lengths and hashes.
  package var redaction: String?
}
