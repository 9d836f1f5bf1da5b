/// What a generation cost.
public struct GenerationTotals: Sendable, Hashable, Codable {
  /// Forward passes.
  public var passes: Int = 0
  /// Positions computed in them, over all sequences.
  public var tokensProcessed: Int = 0
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

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

/// Tells the time since it was made, on a clock that tests can replace.
struct Stopwatch: Sendable {
  private let elapsed: @Sendable () -> Duration

  init(_ clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
  }

  var seconds: Double { elapsed().seconds }
}
