import RESTAEvaluation

/// What the vote makes of single noisy copies, prompt by prompt: RESTA with one copy beside RESTA with several,
/// at otherwise equal settings.
struct VoteEffect: Sendable, Hashable, Codable {
  var role: Sample.Role
  /// The defence with one copy.
  var single: String
  /// The defence with several.
  var voted: String
  /// How many copies that has.
  var copies: Int
  /// The prompts that both have scored answers to.
  var points: [Point]
  /// All of them, those that one copy complies with in more than half of its answers, and in less than half.
  var all: Counts
  var aboveHalf: Counts
  var belowHalf: Counts
  /// By how often the voted answers comply: none, fewer than half, half, more, all; without the empty ones.
  var bins: [Bin]

  /// One prompt: the share of its scored answers that comply, over the seeds.
  struct Point: Sendable, Hashable, Codable {
    /// The dataset and the sample's id.
    var sample: String
    var single: Double
    var singleAnswers: Int
    var voted: Double
    var votedAnswers: Int
  }

  /// Of some prompts, those on which the vote complies more often than one copy, as often, less often.
  struct Counts: Sendable, Hashable, Codable {
    var higher = 0
    var equal = 0
    var lower = 0

    init(_ points: [Point]) {
      higher = points.count { $0.voted > $0.single + VoteEffect.tolerance }
      lower = points.count { $0.voted < $0.single - VoteEffect.tolerance }
      equal = points.count - higher - lower
    }

    var prompts: Int { higher + equal + lower }

    /// In words: `more often 3, as often 30, less often 7`.
    var text: String { "more often \(higher), as often \(equal), less often \(lower)" }
  }

  /// The prompts whose voted answers comply in a share between bounds, or at both; what one copy does there.
  struct Bin: Sendable, Hashable, Codable {
    var low: Double
    var high: Double
    var single: Mean

    /// The bounds in words.
    var text: String {
      switch (low, high) {
      case (0, 0): "none"
      case (1, 1): "all"
      case (0.5, 0.5): "half"
      default: low == 0 ? "fewer than half" : "more than half"
      }
    }
  }

  /// Shares that are equal may be sums of different roundings.
  static let tolerance = 1e-9

  /// The fewest answers of either side to a prompt.
  var fewestAnswers: Int { points.map { min($0.singleAnswers, $0.votedAnswers) }.min() ?? 0 }

  /// What there is to say of it, in one line.
  var line: String {
    "\(ReportWords.prompts(role)), one copy (\(single)) beside the vote of \(copies) (\(voted)): of "
      + "\(ReportWords.count(all.prompts, "prompt")) the vote complies \(all.text) than one copy; of the "
      + "\(aboveHalf.prompts) that one copy mostly complies with \(aboveHalf.text); of the "
      + "\(belowHalf.prompts) that it mostly does not \(belowHalf.text)."
  }
}

extension VoteEffect {
  /// How the counts read.
  static let meaning =
    "If copies fell independently, a vote would comply more often where one copy mostly complies, and less "
    + "often where it mostly does not: the vote entrenches what most copies do, and undoes what few do."

  /// What few seeds do to it.
  static func caution(_ effects: [VoteEffect]) -> String {
    guard let fewest = effects.map(\.fewestAnswers).min(), fewest < 5 else { return "" }
    return
      " There are as few as \(ReportWords.count(fewest, "answer")) to a prompt: shares of so few move "
      + "towards the middle by chance alone, whatever the vote does."
  }
}
