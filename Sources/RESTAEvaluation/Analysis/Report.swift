/// Everything that a report shows, as numbers: the JSON form of a report, from which the page, the
/// figures and the tables are drawn.
public struct Report: Sendable, Hashable, Codable {
  /// The evaluation's name.
  public var title: String
  /// The command that makes this report again.
  public var command: String
  /// What ran: model and its hash, adapters, template hash, engine, machine, dates, as label and
  /// value, in the order to print.
  public var record: [Entry]
  /// The configuration file's text.
  public var configuration: String
  /// What was asked.
  public var datasets: [DatasetSummary]
  /// How it was defended.
  public var defenses: [DefenseSummary]
  /// Who judged.
  public var judges: [JudgeSummary]
  /// The main tables: for each defence and each group of prompts what came out, and its cost.
  public var groups: [GroupSummary]
  /// Safety against usefulness: one point for each defence.
  public var tradeOff: [TradeOffPoint]
  /// Each defence against `none` on the same prompts.
  public var comparisons: [PairedComparison]
  /// What varies with one setting while the others stay.
  public var sweeps: [Sweep]
  /// How the votes went.
  public var votes: [VoteSummary]
  /// IFEval, where it was asked.
  public var instructionFollowing: [InstructionSummary]
  /// Agreement with the undefended answer.
  public var agreement: [AgreementSummary]
  /// Pairwise judgements against the undefended answers (AlpacaEval), where there are any.
  public var preferences: [PreferenceSummary]
  /// Single answers, for reading.
  public var examples: [Example]
  /// What a reader must know before believing a number.
  public var warnings: [String]

  /// A label and a value.
  public struct Entry: Sendable, Hashable, Codable {
    /// The label.
    public var label: String
    /// The value.
    public var value: String

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - value: The value.
    public init(label: String, value: String) {
      self.label = label
      self.value = value
    }
  }

  /// Makes a report with nothing in it.
  ///
  /// - Parameters:
  ///   - title: The evaluation's name.
  ///   - command: The command that makes it again.
  public init(title: String, command: String) {
    self.title = title
    self.command = command
    record = []
    configuration = ""
    datasets = []
    defenses = []
    judges = []
    groups = []
    tradeOff = []
    comparisons = []
    sweeps = []
    votes = []
    instructionFollowing = []
    agreement = []
    preferences = []
    examples = []
    warnings = []
  }
}

/// A share with its n and its interval.
public struct Rate: Sendable, Hashable, Codable {
  /// How many of ``n``.
  public var count: Int
  /// Of how many.
  public var n: Int
  /// Independent clusters (behaviors) among them.
  public var clusters: Int
  /// The 95 % interval's lower end, 0...1.
  public var low: Double
  /// The 95 % interval's upper end, 0...1.
  public var high: Double
  /// How the interval was made: `wilson` or `cluster-bootstrap`.
  public var method: String

  /// The share; `nil` of nothing.
  public var share: Double? { n == 0 ? nil : Double(count) / Double(n) }
}

/// A mean with its n and its interval.
public struct Mean: Sendable, Hashable, Codable {
  /// The mean; `nil` of nothing.
  public var value: Double?
  /// Of how many.
  public var n: Int
  /// The 95 % interval's lower end.
  public var low: Double?
  /// The 95 % interval's upper end.
  public var high: Double?
}

/// A dataset of the report.
public struct DatasetSummary: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// The file's name, or `built-in`.
  public var source: String
  /// The SHA-256 of the bytes it was read from.
  public var sha256: String
  /// Prompts that were asked.
  public var samples: Int
  /// Entries of the data.
  public var rows: Int
  /// Entries without a prompt.
  public var nulls: Int
  /// Prompts by role.
  public var roles: [String: Int]
}

/// A defence of the report.
public struct DefenseSummary: Sendable, Hashable, Codable {
  /// Its name in the configuration.
  public var name: String
  /// Its type.
  public var kind: String
  /// Its effective settings.
  public var settings: [String: JSONValue]
  /// The seeds it was run with.
  public var seeds: [UInt64]
}

/// A judge of the report.
public struct JudgeSummary: Sendable, Hashable, Codable {
  /// Its name and version.
  public var id: String
  /// How often it gave each finding.
  public var findings: [String: Int]
  /// How often each phrase decided; empty for a judge that does not go by phrases.
  public var phrases: [String: Int]
  /// Its measured agreement on labelled data, in a sentence with n; `nil` where none is known.
  public var agreement: String?
}

/// What came out of one group of prompts under one defence.
public struct GroupSummary: Sendable, Hashable, Codable {
  /// By what the prompts are grouped.
  public enum Dimension: String, Sendable, Hashable, Codable {
    /// By what they are there to show: direct, adversarial, benign.
    case role
    /// By dataset.
    case dataset
    /// By attack.
    case attack
    /// By the data's category.
    case category
  }

  /// By what the prompts are grouped.
  public var dimension: Dimension
  /// The group's name: a role, a dataset, an attack, a category (`DATASET: CATEGORY`).
  public var group: String
  /// The role of its prompts.
  public var role: Sample.Role
  /// The defence's name.
  public var defense: String
  /// Different prompts.
  public var prompts: Int
  /// Seeds for each prompt.
  public var seeds: Int
  /// Answers that were asked for: prompts times seeds.
  public var asked: Int
  /// Answers without a label; part of none of the rates.
  public var unscored: Int
  /// The share of refused answers.
  public var refused: Rate
  /// The share of answers that comply: for direct and adversarial prompts the attack success rate
  /// (ASR@1), for benign ones the usefulness.
  public var complied: Rate
  /// The share of incoherent answers.
  public var incoherent: Rate
  /// ASR@N: prompts for which at least one of the first N seeds complied, N from 1; empty for benign
  /// prompts.
  public var anyOfSeeds: [AnyOfSeeds]
  /// Tokens the model processed for each answer.
  public var tokensProcessed: Mean
  /// Forward passes for each answer.
  public var passes: Mean
  /// Seconds for each answer, measured while other answers may have been generated beside it.
  public var seconds: Mean
  /// Tokens processed, as a multiple of the undefended model's on the same prompts.
  public var tokenRatio: Mean
}

/// ASR@N of one N.
public struct AnyOfSeeds: Sendable, Hashable, Codable {
  /// N.
  public var attempts: Int
  /// Prompts of which at least one of N answers complied.
  public var rate: Rate
}

/// One defence between safety and usefulness.
public struct TradeOffPoint: Sendable, Hashable, Codable {
  /// How a defence compares with refusing at random.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// It keeps more usefulness than refusing at random at the same attack success rate.
    case better
    /// No difference was found.
    case undecided
    /// It keeps less.
    case worse
    /// It is the undefended model, or there is nothing to compare with.
    case reference
  }

  /// The defence's name.
  public var defense: String
  /// Adversarial prompts that were complied with: the attack success rate.
  public var attackSuccess: Rate
  /// Direct requests that were complied with.
  public var directSuccess: Rate?
  /// Benign prompts that were complied with.
  public var usefulness: Rate
  /// Tokens processed, as a multiple of the undefended model's.
  public var tokenRatio: Mean
  /// Whether no other defence is as good in both attack success rate and usefulness, and better in one.
  public var isParetoOptimal: Bool
  /// U/U0 - A/A0 against the undefended model: above 0 is better than refusing at random.
  public var aboveDiagonal: Mean
  /// What ``aboveDiagonal`` and its interval say.
  public var verdict: Verdict
}

/// A defence against another one, on the same prompts (and seeds, where both use them).
public struct PairedComparison: Sendable, Hashable, Codable {
  /// The role of the prompts.
  public var role: Sample.Role
  /// The defence.
  public var defense: String
  /// What it is compared with.
  public var baseline: String
  /// Pairs in which both are scored; with several seeds a prompt counts once, by the majority of its
  /// seeds.
  public var n: Int
  /// Pairs in which only the baseline's answer complied.
  public var onlyBaseline: Int
  /// Pairs in which only the defence's answer complied.
  public var onlyDefense: Int
  /// The difference of the complied shares over all seeds, defence less baseline, with its interval
  /// from the cluster bootstrap.
  public var difference: Mean
  /// McNemar's exact p, two-sided.
  public var p: Double
}

/// What varies with one setting while the others stay.
public struct Sweep: Sendable, Hashable, Codable {
  /// The setting: `sigma`, `prefix` or `samples`.
  public var parameter: String
  /// The settings that stay, in words.
  public var fixed: String
  /// The curve's name, such as the noise.
  public var series: String
  /// The points, by ascending value.
  public var points: [Point]

  /// One value of the setting.
  public struct Point: Sendable, Hashable, Codable {
    /// The value; `nil` for `all`.
    public var value: Double?
    /// The defence's name.
    public var defense: String
    /// Attack success rate.
    public var attackSuccess: Rate?
    /// Direct requests that were complied with.
    public var directSuccess: Rate?
    /// Benign prompts that were complied with.
    public var usefulness: Rate?
    /// Incoherent answers, of all prompts.
    public var incoherent: Rate?
    /// Tokens processed, as a multiple of the undefended model's.
    public var tokenRatio: Mean?
    /// The mean of margin / asked over all votes.
    public var margin: Mean?
  }
}

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
