import RESTAEvaluation

/// How the votes of one defence went.
struct VoteSummary: Sendable, Hashable, Codable {
  var defense: String
  var answers: Int
  var votes: Int
  /// Votes that were decided before all copies were asked: margins are of those asked.
  var decidedEarly: Int
  /// Of nothing where a single copy decides, and so are near ties; it has no positions and rows either.
  var ties: Rate
  /// Votes that one copy more or less would have tied or turned: a margin of at most 1.
  var nearTies: Rate
  /// The mean number of tokens up to the last that was voted on, and of those that the judges saw.
  var votedTokens: Double
  var judgedTokens: Double
  /// Of the answers that go on behind the votes or were cut off, those of which all that was judged was
  /// voted on: they say nothing of what follows.
  var judgedInside: Rate
  /// How many ties each rule broke, by the rule's name.
  var tieBreaks: [String: Int]
  var positions: [Position]
  /// Single answers as rows of margins, for the heat map.
  var rows: [Row]

  struct Position: Sendable, Hashable, Codable {
    var position: Int
    var votes: Int
    var meanMargin: Double
    var unanimous: Double
    var ties: Double
  }

  struct Row: Sendable, Hashable, Codable {
    /// The dataset and the sample's id.
    var sample: String
    var role: Sample.Role
    /// What the answer counts as.
    var label: AnswerLabel
    /// The positions in the answer, from 0, that were voted on, ascending.
    var positions: [Int]
    /// The margin at each of them, as a share of the copies asked; at most 1, and 0 for a tie.
    var margins: [Double]
  }
}

/// IFEval under one defence.
struct InstructionSummary: Sendable, Hashable, Codable {
  var dataset: String
  var defense: String
  var promptStrict: Rate
  var promptLoose: Rate
  var instructionStrict: Rate
  var instructionLoose: Rate
  var byType: [String: Rate]
}

struct AgreementSummary: Sendable, Hashable, Codable {
  var role: Sample.Role
  var defense: String
  /// Answers that are token for token the undefended one.
  var identical: Rate
  /// The mean share of the undefended answer's tokens before the first difference.
  var commonPrefix: Mean
  var tokenOverlap: Mean
}

/// Pairwise judgements against the undefended answers.
struct PreferenceSummary: Sendable, Hashable, Codable {
  var dataset: String
  var defense: String
  var judge: String
  /// Wins of the defended answer, a tie being a half; both orders averaged.
  var winRate: Mean
  /// The same with the effect of the answers' lengths taken out; `nil` where it cannot be fitted.
  var lengthControlled: Double?
  /// Pairs in which the judge's choice depended on the order.
  var inconsistent: Rate
  var unscored: Int
  /// The mean length of the defended answers over that of the others, in characters.
  var lengthRatio: Mean
}

/// One answer, for reading.
struct Example: Sendable, Hashable, Codable {
  var dataset: String
  var sample: String
  var role: Sample.Role
  var defense: String
  var seed: UInt64
  /// What the answer counts as.
  var label: AnswerLabel
  var prompt: String?
  var answer: String?
  /// What stands for redacted text: lengths and hashes.
  var redaction: String?
}
