/// Chooses an answer's tokens one by one; the implementations differ in what that costs.
protocol TokenDecoder {
  /// Chooses the next token, y_t.
  ///
  /// - Throws: ``RESTAError``; `CancellationError`.
  mutating func next() async throws -> Decision

  /// Takes the chosen token, once for each ``next()`` that gave one, unless the answer ends there.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - bytes: What it stands for.
  mutating func append(_ token: TokenID, bytes: [UInt8])
}

/// A token, or none when the vote abstained, and the vote that chose it.
struct Decision {
  var token: TokenID?
  var vote: VoteRecord?
  /// Where they were asked for and nothing was voted on.
  var logProbabilities: TokenLogProbabilities?
}
