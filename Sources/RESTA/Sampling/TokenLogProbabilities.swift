/// How likely the unperturbed model found a token, and which tokens it found the most likely there.
///
/// All numbers are ln p of the model's own softmax at temperature 1 over its whole vocabulary, in
/// nats, whatever temperature, top-k, top-p and min-p made of it before the token was chosen.
public struct TokenLogProbabilities: Sendable, Hashable, Codable {
  /// A token that was possible.
  public struct Alternative: Sendable, Hashable, Codable {
    /// The token.
    public var tokenID: TokenID
    /// ln p: finite, at most 0.
    public var logProbability: Double

    /// Makes an alternative.
    public init(tokenID: TokenID, logProbability: Double) {
      self.tokenID = tokenID
      self.logProbability = logProbability
    }
  }

  /// ln p of the token that was chosen: finite, at most 0.
  public var logProbability: Double
  /// The most likely tokens, most likely first, equally likely ones by token id.
  ///
  /// As many as ``GenerationOptions/logProbabilities`` asks for; fewer where the model excludes so
  /// many that not as many are left. The chosen token is among them if it is one of them.
  public var alternatives: [Alternative]

  /// Makes a record.
  public init(logProbability: Double, alternatives: [Alternative]) {
    self.logProbability = logProbability
    self.alternatives = alternatives
  }
}

extension TokenLogProbabilities {
  /// Computes them by logits where they lie.
  init(of token: TokenID, in logits: Span<Float>, listing count: Int) throws(RESTAError) {
    let normalizer = try Logits.logSumExp(logits)
    var ranked: [Alternative] = []
    for id in logits.indices where count > 0 {
      let value = Double(logits[id]) - normalizer
      let least = ranked.count < count ? nil : ranked.last?.logProbability
      // Excluded tokens never pass, and of the others only few.
      guard value > least ?? -.infinity else { continue }
      // Ids ascend, so of equal tokens the one that is there already stays in front.
      let place = (ranked.lastIndex { $0.logProbability >= value } ?? -1) + 1
      if least != nil { ranked.removeLast() }
      ranked.insert(Alternative(tokenID: TokenID(id), logProbability: value), at: place)
    }
    self.init(logProbability: Double(logits[Int(token)]) - normalizer, alternatives: ranked)
  }
}
