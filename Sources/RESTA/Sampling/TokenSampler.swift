/// Chooses the next token in ordinary decoding: a pure function of seed, output position and logits.
///
/// At temperature 0 it is the most likely token, the lowest id of equally likely ones. Otherwise, in
/// this order, which is Hugging Face's:
///
/// 1. *Temperature*: the tokens' probabilities are softmax(logits / temperature).
/// 2. *Top-k*: the k most likely tokens are kept.
/// 3. *Top-p*: of those, in order of probability, as many are kept as it takes for their share of the
///    probability that top-k kept to reach p; one at least.
/// 4. *Min-p*: of those, tokens are kept whose probability is at least min-p times the largest.
///
/// Of equally likely tokens, the lower id comes first. One uniform number of the stream
/// ``RandomStream/Purpose/tokenSampling`` then chooses among the kept tokens, by their cumulative
/// probability in the order of their ids.
///
/// ```swift
/// let sampler = TokenSampler(SamplingSettings(temperature: 0.7, topP: 0.9), seed: 7)
/// let token = try sampler.sample(logits: logits, position: 20)
/// ```
public struct TokenSampler: Sendable, Hashable {
  /// How a token is chosen.
  public let settings: SamplingSettings

  /// The seed of the choices; it is the one that counts, whatever `settings.seed` is.
  public let seed: UInt64

  /// Makes a sampler; ``sample(logits:position:)`` refuses settings that are out of range.
  ///
  /// - Parameters:
  ///   - settings: How a token is chosen.
  ///   - seed: Any value, 0 included.
  public init(_ settings: SamplingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }

  /// The token at an output position, by logits where they lie.
  ///
  /// - Precondition: `position` is in `0..<2^32`.
  /// - Parameters:
  ///   - logits: The model's logits `[vocabulary]`, by token id; minus infinity excludes a token.
  ///   - position: The output position, from 0.
  /// - Returns: The token's id.
  /// - Throws: As ``sample(logits:position:)-([Float],_)``.
  /// - Complexity: As there; greedy decoding copies nothing.
  public func sample(logits: Span<Float>, position: Int) throws(RESTAError) -> Int {
    if settings.temperature == 0 {
      try settings.validate()
      return try Logits.argmax(logits)
    }
    return try sample(logits: Logits.copy(logits), position: position)
  }

  /// The token at an output position.
  ///
  /// - Precondition: `position` is in `0..<2^32`.
  /// - Parameters:
  ///   - logits: The model's logits `[vocabulary]`, by token id; minus infinity excludes a token.
  ///   - position: The output position, from 0.
  /// - Returns: The token's id.
  /// - Throws: ``RESTAError/Code/invalidSetting`` if the settings are out of range;
  ///   ``RESTAError/Code/nonFiniteOutput`` if a logit is not a number or plus infinity, or if all are
  ///   minus infinity; ``RESTAError/Code/engineFailed`` if there are none.
  /// - Complexity: O(vocabulary); with top-k or top-p, and a distribution too flat for its head to
  ///   decide, O(vocabulary · log vocabulary).
  public func sample(logits: [Float], position: Int) throws(RESTAError) -> Int {
    precondition(
      UInt32(exactly: position) != nil, "output position \(position) is outside of 0..<2^32")
    try settings.validate()
    let best = try Logits.argmax(logits)
    guard settings.temperature > 0 else { return best }

    // Probabilities in relation to the most likely token's, which is 1.
    let largest = Double(logits[best])
    let weights = logits.map {
      ElementaryFunctions.exponential((Double($0) - largest) / settings.temperature)
    }
    let filter = TokenFilter(weights: weights, settings: settings)
    var total = 0.0
    for (id, weight) in weights.enumerated() where filter.keeps(id, weight: weight) {
      total += weight
    }
    let stream = RandomStream(seed: seed, purpose: .tokenSampling)
    let a = UInt32(truncatingIfNeeded: position)
    let target = stream.uniform(a: a, b: 0, block: 0) * total
    var cumulative = 0.0
    for (id, weight) in weights.enumerated() where filter.keeps(id, weight: weight) {
      cumulative += weight
      if cumulative > target { return id }
    }
    // Only if the target was rounded up to the total, and the last tokens weigh nothing.
    return best
  }
}
