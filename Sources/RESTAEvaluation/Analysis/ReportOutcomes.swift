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
