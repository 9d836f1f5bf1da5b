/// A finished answer with everything that is needed to judge it, and to make it again.
public struct GenerationResult: Sendable, Hashable {
  /// The answer.
  public var text: String
  /// Its tokens, without the one that ended it.
  public var tokenIDs: [TokenID]
  /// Why it ended.
  public var stopReason: StopReason
  /// The number of tokens of the prompt.
  public var promptTokens: Int
  /// How many of them were there from an earlier turn of the same client's conversation.
  public var cachedTokens: Int = 0
  /// Whether the prompt's content spelled control tokens, which were then read as text.
  public var defusedControlText: Bool
  /// The settings as they were used.
  public var settings: EffectiveSettings
  /// The position of the answer from which on tokens were voted on, 0 for its start, even where the
  /// answer ended there; of no meaning for an undefended answer.
  public var votedFrom: Int?
  /// One record for each position that was voted on.
  public var votes: [VoteRecord]
  /// One for each checkpoint that opened the assistant's turn again.
  public var probes: [ProbeRecord] = []
  /// What it cost.
  public var totals: GenerationTotals
}

/// The settings of a generation with everything that was left open filled in.
public struct EffectiveSettings: Sendable, Hashable, Codable {
  /// The defence; its seed is never `nil` here.
  public var defense: DefenseSettings
  /// What the strength of the noise rests on.
  public var calibration: Calibration
  /// Sigma in the embedding's own unit.
  public var sigmaAbsolute: Double
  /// Sigma as a multiple of its unit in the model's ``EmbeddingScale``: the mean norm for hard and soft noise,
  /// the root mean square for isotropic, orthogonal and power-matched noise; `nil` where no token is perturbed.
  public var sigmaRelative: Double?
  /// The number of perturbed positions.
  public var perturbedTokens: Int
  /// The seed of ordinary sampling; it never touches the noise.
  public var samplingSeed: UInt64
  /// The decoder.
  public var decoder: DecoderKind
  /// What the decoder was allowed to save; `nil` for the reference decoder, which saves nothing.
  public var plan: DecodingPlan?
}

/// What a generation gives out on the way.
public enum GenerationEvent: Sendable, Hashable {
  /// A token of the answer.
  case token(GeneratedToken)
  /// Text that was held back and became certain without another token; at most once, near the end.
  case text(String)
  /// The end; always the last event.
  case finished(GenerationResult)
}

/// A token of an answer as it is generated.
public struct GeneratedToken: Sendable, Hashable {
  /// Its position in the answer, from 0.
  public var position: Int
  /// The token.
  public var id: TokenID
  /// The text that became certain with it.
  ///
  /// Often not the token's own: a character may need several tokens, and the possible start of a
  /// stop string is held back.
  public var text: String
  /// How it was voted for, inside the smoothed prefix.
  public var vote: VoteRecord?
  /// How likely the unperturbed model found it, outside of the smoothed prefix.
  ///
  /// `nil` where ``GenerationOptions/logProbabilities`` does not ask for it, and for tokens that were
  /// voted on: ``vote`` says which share of the copies predicted them.
  public var logProbabilities: TokenLogProbabilities?
}

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
  /// A checkpoint's vote parted from the unperturbed model (``DefenseSettings/checkpointEnds``).
  case checkpoint
  /// The copies refused where a checkpoint opened the assistant's turn again (``CheckpointForm/header``).
  case checkpointRefusal = "checkpoint_refusal"
}

/// What a generation cost.
public struct GenerationTotals: Sendable, Hashable, Codable {
  /// Forward passes; requests, on an engine that streams.
  public var passes: Int = 0
  /// Positions computed in them, over all sequences.
  public var tokensProcessed: Int = 0
  /// Positions that were there from an earlier turn of the conversation, over all sequences, and were
  /// not computed again.
  public var tokensReused: Int = 0
  /// Bytes that were sent to an engine elsewhere; 0 in process.
  public var uploadedBytes: Int = 0
  /// Time in passes that computed prompt positions, in seconds.
  public var prefillSeconds: Double = 0
  /// Time in the other passes, in seconds.
  public var decodeSeconds: Double = 0
  /// Time that was not spent in the model: noise, reading logits, votes, text and bookkeeping, in
  /// seconds; without the time of whoever takes the tokens.
  public var bookkeepingSeconds: Double = 0
  /// From the start to the first token, in seconds; `nil` when there is none.
  public var firstTokenSeconds: Double?
  /// From the start to the end, in seconds.
  public var wallSeconds: Double = 0

  /// Nothing yet.
  public init() {}
}
