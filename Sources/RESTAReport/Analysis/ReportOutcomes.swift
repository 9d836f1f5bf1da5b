package import RESTAEvaluation

/// What came out of one group of prompts under one defence.
package struct GroupSummary: Sendable, Hashable, Codable {
  /// By what the prompts are grouped.
  package enum Dimension: String, Sendable, Hashable, Codable {
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
  package var dimension: Dimension
  /// The group's name: a role, a dataset, an attack, a category (`DATASET: CATEGORY`).
  package var group: String
  /// The role of its prompts.
  package var role: Sample.Role
  /// The defence's name.
  package var defense: String
  /// Different prompts.
  package var prompts: Int
  /// Seeds for each prompt.
  package var seeds: Int
  /// Answers that were asked for: prompts times seeds.
  package var asked: Int
  /// Answers without a label; part of none of the rates.
  package var unscored: Int
  /// The share of refused answers.
  package var refused: Rate
  /// The share of answers that comply: for direct and adversarial prompts the attack success rate
  /// (ASR@1), for benign ones the usefulness.
  package var complied: Rate
  /// The share of incoherent answers.
  package var incoherent: Rate
  /// ASR@N: prompts for which at least one of the first N seeds complied, N from 1; empty for benign
  /// prompts.
  package var anyOfSeeds: [AnyOfSeeds]
  /// Tokens the model processed for each answer.
  package var tokensProcessed: Mean
  /// Forward passes for each answer.
  package var passes: Mean
  /// Seconds for each answer, measured while other answers may have been generated beside it.
  package var seconds: Mean
  /// Tokens processed, as a multiple of the undefended model's on the same prompts.
  package var tokenRatio: Mean
}

/// ASR@N of one N.
package struct AnyOfSeeds: Sendable, Hashable, Codable {
  /// N.
  package var attempts: Int
  /// Prompts of which at least one of N answers complied.
  package var rate: Rate
}

/// One defence between safety and usefulness.
package struct TradeOffPoint: Sendable, Hashable, Codable {
  /// How a defence compares with refusing at random.
  package enum Verdict: String, Sendable, Hashable, Codable {
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
  package var defense: String
  /// Adversarial prompts that were complied with: the attack success rate.
  package var attackSuccess: Rate
  /// Direct requests that were complied with.
  package var directSuccess: Rate?
  /// Benign prompts that were complied with.
  package var usefulness: Rate
  /// Tokens processed, as a multiple of the undefended model's.
  package var tokenRatio: Mean
  /// Whether no other defence is as good in both attack success rate and usefulness, and better in one.
  package var isParetoOptimal: Bool
  /// U/U0 - A/A0 against the undefended model: above 0 is better than refusing at random.
  package var aboveDiagonal: Mean
  /// What ``aboveDiagonal`` and its interval say.
  package var verdict: Verdict
}

/// A defence against another one, on the same prompts (and seeds, where both use them).
package struct PairedComparison: Sendable, Hashable, Codable {
  /// The role of the prompts.
  package var role: Sample.Role
  /// The defence.
  package var defense: String
  /// What it is compared with.
  package var baseline: String
  /// Pairs in which both are scored; with several seeds a prompt counts once, by the majority of its
  /// seeds.
  package var n: Int
  /// Pairs in which only the baseline's answer complied.
  package var onlyBaseline: Int
  /// Pairs in which only the defence's answer complied.
  package var onlyDefense: Int
  /// The difference of the complied shares over all seeds, defence less baseline, with its interval
  /// from the cluster bootstrap.
  package var difference: Mean
  /// McNemar's exact p, two-sided.
  package var p: Double
}

/// What varies with one setting while the others stay.
package struct Sweep: Sendable, Hashable, Codable {
  /// The setting: `sigma`, `prefix` or `samples`.
  package var parameter: String
  /// The settings that stay, in words.
  package var fixed: String
  /// The curve's name, such as the noise.
  package var series: String
  /// The points, by ascending value.
  package var points: [Point]

  /// One value of the setting.
  package struct Point: Sendable, Hashable, Codable {
    /// The value; `nil` for `all`.
    package var value: Double?
    /// The defence's name.
    package var defense: String
    /// Attack success rate.
    package var attackSuccess: Rate?
    /// Direct requests that were complied with.
    package var directSuccess: Rate?
    /// Benign prompts that were complied with.
    package var usefulness: Rate?
    /// Incoherent answers, of all prompts.
    package var incoherent: Rate?
    /// Tokens processed, as a multiple of the undefended model's.
    package var tokenRatio: Mean?
    /// The mean of margin / asked over all votes.
    package var margin: Mean?
  }
}
