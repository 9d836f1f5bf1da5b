/// How the votes of one defence went.
public struct VoteSummary: Sendable, Hashable, Codable {
  /// The defence's name.
  public var defense: String
  /// Answers with votes.
  public var answers: Int
  /// Votes in all.
  public var votes: Int
  /// Votes with a tie.
  public var ties: Rate
  /// Votes that one copy more or less would have tied or turned: a margin of at most 1.
  public var nearTies: Rate
  /// How many ties each rule broke, by the rule's name.
  public var tieBreaks: [String: Int]
  /// By position of the answer, from 0.
  public var positions: [Position]
  /// Single answers as rows of margins, for the heat map.
  public var rows: [Row]

  /// Votes at one position.
  public struct Position: Sendable, Hashable, Codable {
    /// The position, from 0.
    public var position: Int
    /// Votes there.
    public var votes: Int
    /// The mean of margin / asked.
    public var meanMargin: Double
    /// The share of unanimous votes.
    public var unanimous: Double
    /// The share of ties.
    public var ties: Double
  }

  /// One answer's margins.
  public struct Row: Sendable, Hashable, Codable {
    /// The dataset and the sample's id.
    public var sample: String
    /// The role of the prompt.
    public var role: Sample.Role
    /// What the answer counts as.
    public var label: AnswerLabel
    /// margin / asked at each position, from 0; at most 1, and 0 for a tie.
    public var margins: [Double]
  }
}

/// IFEval under one defence.
public struct InstructionSummary: Sendable, Hashable, Codable {
  /// The dataset's name.
  public var dataset: String
  /// The defence's name.
  public var defense: String
  /// Prompts with all instructions followed, strictly.
  public var promptStrict: Rate
  /// Prompts with all instructions followed, loosely.
  public var promptLoose: Rate
  /// Instructions followed, strictly.
  public var instructionStrict: Rate
  /// Instructions followed, loosely.
  public var instructionLoose: Rate
  /// By type of instruction, strictly.
  public var byType: [String: Rate]
}

/// Agreement with the undefended answers.
public struct AgreementSummary: Sendable, Hashable, Codable {
  /// The role of the prompts.
  public var role: Sample.Role
  /// The defence's name.
  public var defense: String
  /// Answers that are token for token the undefended one.
  public var identical: Rate
  /// The mean share of the undefended answer's tokens before the first difference.
  public var commonPrefix: Mean
  /// The mean token-level F1 between the two answers.
  public var tokenOverlap: Mean
  /// The mean cosine similarity of the answers' embeddings, where an embedding model was given.
  public var similarity: Mean?
}

/// Pairwise judgements against the undefended answers.
public struct PreferenceSummary: Sendable, Hashable, Codable {
  /// The dataset's name.
  public var dataset: String
  /// The defence's name.
  public var defense: String
  /// The judge's id.
  public var judge: String
  /// Wins of the defended answer, a tie being a half; both orders averaged.
  public var winRate: Mean
  /// The same with the effect of the answers' lengths taken out; `nil` where it cannot be fitted.
  public var lengthControlled: Double?
  /// Pairs in which the judge's choice depended on the order.
  public var inconsistent: Rate
  /// Pairs without a judgement.
  public var unscored: Int
  /// The mean length of the defended answers over that of the others, in characters.
  public var lengthRatio: Mean
}

/// One answer, for reading.
public struct Example: Sendable, Hashable, Codable {
  /// The dataset's name.
  public var dataset: String
  /// The sample's id.
  public var sample: String
  /// The role of the prompt.
  public var role: Sample.Role
  /// The defence's name.
  public var defense: String
  /// The seed.
  public var seed: UInt64
  /// What the answer counts as.
  public var label: AnswerLabel
  /// The prompt; `nil` when redacted.
  public var prompt: String?
  /// The answer; `nil` when redacted.
  public var answer: String?
  /// What stands for redacted text: lengths and hashes.
  public var redaction: String?
}
