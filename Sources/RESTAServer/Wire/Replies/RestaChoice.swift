import RESTA

/// The `resta` object of one answer; what the operator or the request does not want is left out.
struct RestaChoice: Encodable, Sendable {
  /// What the answer cost.
  var cost: RestaCost?
  /// All votes of a whole answer.
  var votes: [RestaVote]?
  /// The vote of a streamed token.
  var vote: RestaVote?
  /// The prompt's tokens.
  var prompt: [RestaPromptToken]?
  /// The noise's seed; never given under sticky noise, where it holds for the next request too.
  var seed: UInt64?
  /// The seed of ordinary sampling.
  var samplingSeed: UInt64?

  /// The object, or `nil` if there is nothing in it.
  var unlessEmpty: RestaChoice? {
    let isEmpty =
      cost == nil && votes == nil && vote == nil && prompt == nil && seed == nil
      && samplingSeed == nil
    return isEmpty ? nil : self
  }
}

/// What an answer cost.
struct RestaCost: Encodable, Sendable {
  let passes: Int
  let tokensProcessed: Int
  let prefillS: Double
  let decodeS: Double
  @NullWritten var firstTokenS: Double?
  let wallS: Double

  /// Describes a cost.
  ///
  /// - Parameter totals: The generation's.
  init(_ totals: GenerationTotals) {
    passes = totals.passes
    tokensProcessed = totals.tokensProcessed
    prefillS = totals.prefillSeconds
    decodeS = totals.decodeSeconds
    firstTokenS = totals.firstTokenSeconds
    wallS = totals.wallSeconds
  }
}
