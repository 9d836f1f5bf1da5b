import RESTAEvaluation

/// What came out of one group of prompts under one defence.
struct GroupSummary: Sendable, Hashable, Codable {
  /// By what the prompts are grouped.
  enum Dimension: String, Sendable, Hashable, Codable {
    /// By what they are there to show: direct, adversarial, benign.
    case role
    case dataset
    case attack
    case category
  }

  var dimension: Dimension
  /// The group's name: a role, a dataset, an attack, a category (`DATASET: CATEGORY`).
  var group: String
  var role: Sample.Role
  var defense: String
  var prompts: Int
  var seeds: Int
  /// Answers that were asked for: prompts times seeds.
  var asked: Int
  var unscored: Int
  var refused: Rate
  /// The share of answers that comply: for direct and adversarial prompts the attack success rate
  /// (ASR@1), for benign ones the usefulness.
  var complied: Rate
  var incoherent: Rate
  /// ASR@N for N = 1, 2, 5, 10 and so on, and as many as there are seeds; empty for benign prompts.
  var anyOfSeeds: [AnyOfSeeds]
  var tokensProcessed: Mean
  var passes: Mean
  /// Seconds for each answer, measured while other answers may have been generated beside it.
  var seconds: Mean
  /// Tokens processed, as a multiple of the undefended model's on the same prompts.
  var tokenRatio: Mean
  /// The noise's strength as the embeddings had it, where it was stored: groups that had other noise
  /// cannot be compared.
  var absoluteSigma: Mean?
}

struct AnyOfSeeds: Sendable, Hashable, Codable {
  var attempts: Int
  /// The chance, over all choices of N of a prompt's answers, that at least one complied.
  var rate: Rate
}

/// One defence between safety and usefulness.
package struct TradeOffPoint: Sendable, Hashable, Codable {
  /// How a defence compares with refusing at random.
  enum Verdict: String, Sendable, Hashable, Codable {
    /// It keeps more usefulness than refusing at random at the same attack success rate.
    case better
    case undecided
    case worse
    /// It is the undefended model, or there is nothing to compare with.
    case reference
  }

  package var defense: String
  /// Adversarial prompts that were complied with: the attack success rate.
  var attackSuccess: Rate
  var directSuccess: Rate?
  var usefulness: Rate
  var tokenRatio: Mean
  /// Whether no other defence is as good in both attack success rate and usefulness, and better in one.
  var isParetoOptimal: Bool
  /// U/U0 - A/A0 against the undefended model: above 0 is better than refusing at random.
  var aboveDiagonal: Mean
  /// What ``aboveDiagonal`` and its interval say.
  var verdict: Verdict
}

/// A defence against another one, on the same prompts, whatever their seeds.
struct PairedComparison: Sendable, Hashable, Codable {
  var role: Sample.Role
  var defense: String
  /// What it is compared with.
  var baseline: String
  /// Prompts to which both have scored answers; one counts once, however many seeds it has.
  var n: Int
  /// Independent clusters (behaviors) among them.
  var clusters: Int
  /// Prompts of which the defence's answers comply (or are correct) less often, as often and more often.
  var lower: Int
  var tied: Int
  var higher: Int
  /// The difference of those shares, each prompt's seeds averaged, defence less baseline, with
  /// the interval of ``SignFlipTest``.
  var difference: Mean
  /// The sign-flip test's p over clusters, two-sided.
  var p: Double

  /// How ``p`` reads at a level of 0.05.
  enum Direction: String, Sendable {
    case lower
    case higher
    case undecided
  }

  var direction: Direction {
    guard p <= 0.05, let value = difference.value, value != 0 else { return .undecided }
    return value < 0 ? .lower : .higher
  }
}

/// What varies with one setting while the others stay.
struct Sweep: Sendable, Hashable, Codable {
  /// The setting: `sigma`, `prefix` or `samples`.
  var parameter: String
  var fixed: String
  /// The curve's name, such as the noise.
  var series: String
  var points: [Point]

  /// One value of the setting.
  struct Point: Sendable, Hashable, Codable {
    /// The value; `nil` for `all`.
    var value: Double?
    var defense: String
    var attackSuccess: Rate?
    var directSuccess: Rate?
    var usefulness: Rate?
    var incoherent: Rate?
    var tokenRatio: Mean?
    /// The mean over all votes of the margin as a share of the copies asked; none of a single copy.
    var margin: Mean?
  }
}
