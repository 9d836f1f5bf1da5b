import RESTA

/// The answers of one request, checked and ready to be generated.
struct AnswerBatch: Sendable {
  /// One for each choice; those of the same prompt follow each other.
  let generations: [Generation]
  /// What was asked about the answers.
  let answer: AnswerRequest
  /// The defence, as it is for all of them; seeds aside.
  let defense: DefenseSettings
  /// Whether the noise is the same whenever the prompt is.
  let isSticky: Bool
  /// What it may cost.
  let cost: AnswerCost
}
