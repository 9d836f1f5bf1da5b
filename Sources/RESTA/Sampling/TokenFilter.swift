/// The tokens that top-k, top-p and min-p leave: those down to a last one in order of probability.
///
/// Weights are probabilities in relation to the most likely token's, so the largest is 1.
struct TokenFilter {
  /// The smallest weight that is kept.
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
