import RESTA

/// The `resta` object of one answer; what the operator or the request does not want is left out.
struct RestaChoice: Encodable, Sendable {
  /// What the answer cost.
  var cost: TotalsReport?
  /// All votes of a whole answer.
  var votes: [VoteReport]?
  /// The vote of a streamed token.
  var vote: VoteReport?
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
