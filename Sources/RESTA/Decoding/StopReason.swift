/// Why an answer ended.
public enum StopReason: String, Sendable, Hashable, Codable {
  /// The model ended it, or its end-of-generation token won the vote.
  case endOfGeneration = "end_of_generation"
  /// A stop string came up.
  case stopString = "stop_string"
  /// It reached the maximum number of tokens.
  case maximumTokens = "maximum_tokens"
  /// The context is full.
  case contextFull = "context_full"
  /// A tied vote abstained (``TieRule/abstain``).
  case abstained
}
