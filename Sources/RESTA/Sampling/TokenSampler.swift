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
package struct TokenSampler: Sendable, Hashable {
  package let settings: SamplingSettings

  /// The seed of the choices; it is the one that counts, whatever `settings.seed` is.
  package let seed: UInt64

  /// Makes a sampler; ``sample(logits:position:)`` refuses settings that are out of range.
  package init(_ settings: SamplingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }

  /// The token at an output position, by logits where they lie.
  ///
  /// - Precondition: `position` is in `0..<2^32`.
  package func sample(logits: Span<Float>, position: Int) throws(RESTAError) -> Int {
    if settings.temperature == 0 {
      try settings.validate()
      return try Logits.argmax(logits)
    }
    return try sample(logits: Logits.copy(logits), position: position)
  }

  /// The token at an output position.
  ///
  /// - Precondition: `position` is in `0..<2^32`.
  package func sample(logits: [Float], position: Int) throws(RESTAError) -> Int {
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

/// The tokens that top-k, top-p and min-p leave: those down to a last one in order of probability.
///
/// Weights are probabilities in relation to the most likely token's, so the largest is 1.
struct TokenFilter {
  private var lastWeight = 0.0
  /// The largest id that is kept of those with the smallest weight.
  private var lastID = Int.max

  init(weights: [Double], settings: SamplingSettings) {
    if settings.topK > 0 || settings.topP < 1 {
      let ranked = Self.ranked(weights, settings: settings)
      let last = Self.lastKept(of: ranked, among: weights, settings: settings)
      lastWeight = weights[last]
      lastID = last
    }
    if settings.minP > lastWeight {
      lastWeight = settings.minP
      lastID = Int.max
    }
  }

  func keeps(_ id: Int, weight: Double) -> Bool {
    weight > lastWeight || (weight == lastWeight && id <= lastID)
  }

  /// The last token that top-k and then top-p keep.
  private static func lastKept(
    of ranked: [Int], among weights: [Double], settings: SamplingSettings
  ) -> Int {
    var kept = ranked[...]
    var total: Double
    if settings.topK > 0 {
      kept = kept.prefix(settings.topK)
      total = kept.reduce(0) { $0 + weights[$1] }
    } else {
      total = weights.reduce(0, +)
    }
    guard settings.topP < 1 else { return kept.last ?? 0 }
    var cumulative = 0.0
    for id in kept {
      cumulative += weights[id]
      if cumulative >= settings.topP * total { return id }
    }
    return kept.last ?? 0
  }

  /// The most likely tokens in order, at least as many as the filters can keep.
  ///
  /// Sorting a whole vocabulary costs more than all the rest, and nearly all of it weighs next to
  /// nothing: it is done only where the head of the distribution is not enough.
  private static func ranked(_ weights: [Double], settings: SamplingSettings) -> [Int] {
    func order(_ ids: [Int]) -> [Int] {
      ids.sorted { weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1] }
    }
    let head = weights.indices.filter { weights[$0] >= 1e-4 }
    let isEnough: Bool
    if settings.topK > 0 {
      isEnough = head.count >= settings.topK
    } else {
      // A margin for the rounding of sums that are taken in different orders.
      let reached = head.reduce(0) { $0 + weights[$1] }
      isEnough = reached >= settings.topP * weights.reduce(0, +) * (1 + 1e-9)
    }
    return order(isEnough ? head : Array(weights.indices))
  }
}
