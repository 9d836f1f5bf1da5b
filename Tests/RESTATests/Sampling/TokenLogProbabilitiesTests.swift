import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("TokenLogProbabilities")
struct TokenLogProbabilitiesTests {
  @Test("are the logarithms of the softmax")
  func definition() throws {
    // Probabilities 1/8, 2/8, 5/8 of logits ln 1, ln 2, ln 5.
    let logits: [Float] = [0, 0.6931472, 1.6094379]
    let found = try TokenLogProbabilities(of: 1, in: logits.span, listing: 2)
    #expect(abs(found.logProbability - -1.3862943611) < 1e-7)
    #expect(found.alternatives.map(\.tokenID) == [2, 1])
    #expect(abs(found.alternatives[0].logProbability - -0.4700036292) < 1e-7)
    #expect(found.alternatives[1].logProbability == found.logProbability)
  }

  @Test(
    "list the most likely tokens first, equally likely ones by id, and no excluded ones",
    arguments: [
      ([3, 1, 2], 3, [0, 2, 1]), ([3, 1, 2], 2, [0, 2]), ([3, 1, 2], 20, [0, 2, 1]),
      ([3, 1, 2], 0, []), ([1, 1, 1, 1], 2, [0, 1]), ([1, 2, 1, 2, 1], 4, [1, 3, 0, 2]),
      ([-.infinity, 1, -.infinity, 1, 0], 5, [1, 3, 4]), ([0, -.infinity], 1, [0]),
      ([-.infinity, 0], 20, [1]),
      // Too small to matter beside ln 4, they are equally likely in a Double.
      ([1e-30, 3e-30, 2e-30, 0], 3, [0, 1, 2]),
    ] as [([Float], Int, [TokenID])])
  func order(logits: [Float], count: Int, expected: [TokenID]) throws {
    let token = TokenID(try Logits.argmax(logits))
    let found = try TokenLogProbabilities(of: token, in: logits.span, listing: count)
    #expect(found.alternatives.map(\.tokenID) == expected)
    #expect(
      found.logProbability == found.alternatives.first?.logProbability ?? found.logProbability)
  }

  @Test("do not overflow at the largest values")
  func extremes() throws {
    let largest = Float.greatestFiniteMagnitude
    let found = try TokenLogProbabilities(of: 0, in: [largest, -largest].span, listing: 2)
    #expect(found.logProbability == 0)
    #expect(found.alternatives[1].logProbability == -2 * Double(largest))
    let near = try TokenLogProbabilities(of: 1, in: [1000 as Float, 999].span, listing: 0)
    #expect(abs(near.logProbability - -1.3132616875) < 1e-9)
  }

  @Test("are the sorted log-softmax, and over the whole vocabulary their probabilities sum to 1")
  func properties() throws {
    var generator = SeededGenerator(seed: 61)
    for number in 0..<600 {
      let size = generator.integer(in: 1...40)
      let scale = Float(generator.integer(in: 0...4))
      // Whole numbers make ties, others make rounding errors.
      var logits = generator.floats(size).map { $0 * scale }
      if number.isMultiple(of: 2) { logits = logits.map { $0.rounded() } }
      for id in logits.indices where generator.integer(in: 0...5) == 0 { logits[id] = -.infinity }
      logits[generator.integer(in: 0...size - 1)] = 3
      let count = generator.integer(in: 0...20)
      let token = try Logits.argmax(logits)
      let found = try TokenLogProbabilities(of: TokenID(token), in: logits.span, listing: count)
      let all = try Logits.logSoftmax(logits)
      let sorted = all.enumerated().filter { $0.element > -.infinity }
        .sorted { $0.element == $1.element ? $0.offset < $1.offset : $0.element > $1.element }
      let expected = sorted.prefix(count).map {
        TokenLogProbabilities.Alternative(
          tokenID: TokenID($0.offset), logProbability: $0.element)
      }
      #expect(found.alternatives == expected, "case \(number): \(count) of \(logits)")
      #expect(found.logProbability == all[token], "case \(number): \(logits)")
      let whole = try TokenLogProbabilities(of: TokenID(token), in: logits.span, listing: size)
      let sum = whole.alternatives.reduce(0) { $0 + exp($1.logProbability) }
      #expect(abs(sum - 1) < 1e-12, "case \(number): \(logits)")
    }
  }

  @Test("survive JSON")
  func codable() throws {
    let found = TokenLogProbabilities(
      logProbability: -0.1, alternatives: [.init(tokenID: 7, logProbability: -0.1)])
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(TokenLogProbabilities.self, from: data) == found)
  }
}
