import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("TokenSampler")
struct TokenSamplerTests {
  /// Token 1 is the most likely, then 3, 4, 0, 2.
  static let probabilities = [0.1, 0.4, 0.05, 0.25, 0.2]
  static let logits = probabilities.map { Float(log($0)) }

  private func samples(
    _ count: Int, _ settings: SamplingSettings, logits: [Float] = logits, seed: UInt64 = 5
  ) throws -> [Int] {
    let sampler = TokenSampler(settings, seed: seed)
    return try (0..<count).map { try sampler.sample(logits: logits, position: $0) }
  }

  @Test(
    "keeps the tokens that top-k, top-p and min-p leave, in that order, after temperature",
    arguments: [
      (SamplingSettings(temperature: 1), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 1, topK: 1), [1]),
      (SamplingSettings(temperature: 1, topK: 2), [1, 3]),
      (SamplingSettings(temperature: 1, topK: 5), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 1, topK: 99), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 1, topP: 0), [1]),
      (SamplingSettings(temperature: 1, topP: 0.39), [1]),
      (SamplingSettings(temperature: 1, topP: 0.6), [1, 3]),
      (SamplingSettings(temperature: 1, topP: 0.7), [1, 3, 4]),
      (SamplingSettings(temperature: 1, topP: 0.94), [0, 1, 3, 4]),
      (SamplingSettings(temperature: 1, minP: 0.6), [1, 3]),
      (SamplingSettings(temperature: 1, minP: 0.45), [1, 3, 4]),
      (SamplingSettings(temperature: 1, minP: 1), [1]),
      // Of the three that top-k keeps, 0.4 and 0.25 are 0.76 of the probability; of all, only 0.65.
      (SamplingSettings(temperature: 1, topP: 0.75, topK: 3), [1, 3]),
      // Squared, the first two hold 0.81; unsquared, 0.65.
      (SamplingSettings(temperature: 0.5, topP: 0.7), [1, 3]),
      // Square roots: 0.79 and 0.71 of the largest; 0.63 and 0.5 before.
      (SamplingSettings(temperature: 2, minP: 0.7), [1, 3, 4]),
      (SamplingSettings(temperature: 1, topP: 0.94, topK: 4, minP: 0.3), [1, 3, 4]),
    ] as [(SamplingSettings, [Int])])
  func membership(settings: SamplingSettings, kept: [Int]) throws {
    // A kept token has probability 0.05 or more; 2000 draws miss it with probability 3e-45.
    #expect(Set(try samples(2000, settings)).sorted() == kept)
  }

  @Test(
    "draws kept tokens as often as their softmax says",
    arguments: [
      (SamplingSettings(temperature: 1), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 0.6), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 3), [0, 1, 2, 3, 4]),
      (SamplingSettings(temperature: 1, topP: 0.7), [1, 3, 4]),
      (SamplingSettings(temperature: 1, topK: 2), [1, 3]),
    ] as [(SamplingSettings, [Int])])
  func frequencies(settings: SamplingSettings, kept: [Int]) throws {
    let drawn = try samples(20_000, settings)
    let weights = kept.map { pow(Self.probabilities[$0], 1 / settings.temperature) }
    let total = weights.reduce(0, +)
    let statistic = Statistical.chiSquare(
      kept.map { token in drawn.count { $0 == token } },
      expected: weights.map { 20_000 * $0 / total })
    #expect(statistic < Statistical.chiSquareBound(degreesOfFreedom: kept.count - 1))
  }

  @Test("keeps lower ids of equally likely tokens")
  func ties() throws {
    let equal: [Float] = [2, 2, 2, 2]
    #expect(
      Set(try samples(500, SamplingSettings(temperature: 1, topK: 2), logits: equal)) == [0, 1])
    #expect(
      Set(try samples(500, SamplingSettings(temperature: 1, topP: 0.5), logits: equal)) == [0, 1])
    #expect(Set(try samples(5, SamplingSettings(), logits: equal)) == [0])
    #expect(
      Set(try samples(500, SamplingSettings(temperature: 1, minP: 1), logits: equal))
        == [0, 1, 2, 3])
  }

  @Test("agrees with a plain implementation that sorts the whole vocabulary")
  func plainImplementation() throws {
    var generator = SeededGenerator(seed: 21)
    for number in 0..<600 {
      let scale = [Float(0), 0.01, 1, 8, 40][generator.integer(in: 0...4)]
      var logits = generator.floats(generator.integer(in: 1...300)).map { $0 * scale }
      if number % 3 == 0 { logits = logits.map { $0.rounded() } }
      if number % 5 == 0 { logits[0] = -.infinity }
      if logits == [-.infinity] { continue }
      let settings = SamplingSettings(
        temperature: [0.3, 1, 2.5][generator.integer(in: 0...2)],
        topP: [1, 0.9, 0.5, 0.05, 0.9999][generator.integer(in: 0...4)],
        topK: [0, 0, 1, 5, 40, 1000][generator.integer(in: 0...5)],
        minP: [0, 0, 0.05, 0.7][generator.integer(in: 0...3)])
      let position = generator.integer(in: 0...9999)
      let seed = generator.next()
      let sampler = TokenSampler(settings, seed: seed)
      #expect(
        try sampler.sample(logits: logits, position: position)
          == Self.plain(settings, logits: logits, position: position, seed: seed),
        "case \(number): \(settings), seed \(seed), position \(position), logits \(logits)")
    }
  }

  /// The filters as their definitions read, on sorted probabilities.
  private static func plain(
    _ settings: SamplingSettings, logits: [Float], position: Int, seed: UInt64
  ) -> Int {
    let scaled = logits.map { Double($0) / settings.temperature }
    let largest = scaled.max() ?? 0
    var kept = scaled.map { exp($0 - largest) }.enumerated().sorted {
      $0.element == $1.element ? $0.offset < $1.offset : $0.element > $1.element
    }
    let first = kept[0]
    if settings.topK > 0 { kept = Array(kept.prefix(settings.topK)) }
    if settings.topP < 1 {
      let total = kept.reduce(0) { $0 + $1.element }
      var before = 0.0
      kept = kept.filter { token in
        defer { before += token.element }
        return before < settings.topP * total
      }
      if kept.isEmpty { kept = [first] }
    }
    kept = kept.filter { $0.element >= settings.minP }.sorted { $0.offset < $1.offset }
    let uniform = RandomStream(seed: seed, purpose: .tokenSampling)
      .uniform(a: UInt32(position), b: 0, block: 0)
    let target = uniform * kept.reduce(0) { $0 + $1.element }
    var cumulative = 0.0
    return kept.first {
      cumulative += $0.element
      return cumulative > target
    }?.offset ?? -1
  }

  @Test("takes the most likely token at temperature 0, and near it")
  func greedy() throws {
    var generator = SeededGenerator(seed: 22)
    for number in 0..<200 {
      // Whole numbers, so that distinct logits differ by 1 and exp(-1 / 0.001) is 0.
      let distinct = Set(generator.floats(30).map { ($0 * 1000).rounded() })
      let logits = Array(distinct).sorted().shuffled(using: &generator)
      let best = try Logits.argmax(logits)
      for temperature in [0, 0.001, 1e-300] {
        let sampler = TokenSampler(SamplingSettings(temperature: temperature), seed: 0)
        #expect(
          try sampler.sample(logits: logits, position: number) == best,
          "case \(number), temperature \(temperature): \(logits)")
      }
    }
  }

  @Test("still draws at a temperature near 0 where logits are as near")
  func nearTie() throws {
    let settings = SamplingSettings(temperature: 0.001)
    #expect(Set(try samples(200, settings, logits: [0, 0.001])) == [0, 1])
  }

  @Test("gives the same token for the same seed, position and logits")
  func purity() throws {
    let settings = SamplingSettings(temperature: 1)
    let drawn = try samples(200, settings)
    #expect(try samples(200, settings) == drawn)
    let sampler = TokenSampler(settings, seed: 5)
    for position in (0..<200).reversed() {
      #expect(try sampler.sample(logits: Self.logits, position: position) == drawn[position])
    }
  }

  @Test("gives other tokens at other positions and for other seeds, seed 0 among them")
  func variety() throws {
    let settings = SamplingSettings(temperature: 1)
    let sequences = try [0, 1, 2, 1 << 63, .max].map { try samples(100, settings, seed: $0) }
    #expect(Set(sequences).count == sequences.count)
    for sequence in sequences { #expect(Set(sequence).count > 1) }
  }

  @Test("uses its own seed, not the one that the settings ask for")
  func seeds() throws {
    let plain = try samples(50, SamplingSettings(temperature: 1))
    #expect(try samples(50, SamplingSettings(temperature: 1, seed: 99)) == plain)
  }

  @Test("never draws a token of logit minus infinity", arguments: [0.5, 1, 1e300])
  func excluded(temperature: Double) throws {
    let logits: [Float] = [-.infinity, 0, -.infinity, 1, -.infinity]
    let settings = SamplingSettings(temperature: temperature)
    #expect(Set(try samples(500, settings, logits: logits)) == [1, 3])
  }

  @Test("keeps as much of the vocabulary's tail as its head leaves over")
  func headAndTail() {
    // Only the first token weighs more than 1e-4; the tail has twice its weight, in exact steps.
    let tail = [1] + [Double](repeating: 0x1p-15, count: 1 << 16)
    let steep = (0..<5000).map { exp(-Double($0)) }
    for (weights, topP, topK, count) in [
      (tail, 0.5, 0, 1 + (1 << 14)), (tail, 0.25, 0, 1), (tail, 1, 700, 700),
      // 1 - e^-n reaches 0.9 at n = 3, and 0.99999 at n = 12.
      (steep, 0.9, 0, 3), (steep, 0.99999, 0, 12), (steep, 1, 100, 100), (steep, 0.9, 100, 3),
    ] {
      let filter = TokenFilter(
        weights: weights, settings: SamplingSettings(temperature: 1, topP: topP, topK: topK))
      let kept = weights.indices.filter { filter.keeps($0, weight: weights[$0]) }
      #expect(kept == Array(0..<count), "top-p \(topP), top-k \(topK), \(weights.count) tokens")
    }
  }
}
