import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("SmoothLLM's perturbations") struct TextPerturbationTests {
  /// A random text of exactly so many scalars.
  private static func text(_ length: Int, _ generator: inout SeededGenerator) -> String {
    let pool: [Unicode.Scalar] = ["a", "Z", " ", "\r", "\n", "é", "\u{301}", "\u{1F642}", "字"]
    var text = String.UnicodeScalarView()
    for _ in 0..<length { text.append(generator.element(of: pool)) }
    return String(text)
  }

  @Test func `the alphabet and the counts are the paper's`() throws {
    let golden = try SmoothLLMGolden.load()
    let alphabet = TextPerturbation.alphabet
    #expect(alphabet.count == 100)
    #expect(Set(alphabet) == Set(golden.alphabet.unicodeScalars))
    #expect(golden.counts.count > 500)
    for row in golden.counts {
      #expect(TextPerturbation.count(length: row[0], percent: row[1]) == row[2], "\(row)")
    }
  }

  @Test func `given positions and characters change a text as in Python`() throws {
    let cases = try SmoothLLMGolden.load().cases
    #expect(cases.count > 100)
    for example in cases {
      let kind = try #require(SmoothLLM.Perturbation(rawValue: example.kind))
      let change = TextPerturbation(
        kind: kind, positions: example.positions,
        characters: Array(example.characters.unicodeScalars)
      )
      #expect(
        change.applied(to: example.text).utf8.elementsEqual(example.result.utf8), "\(example)")
    }
  }

  @Test(arguments: SmoothLLM.Perturbation.allCases, 0..<UInt64(300))
  func `so many different positions in order, with characters of the alphabet`(
    kind: SmoothLLM.Perturbation, seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    let length = generator.integer(in: 0...300)
    let percent = generator.integer(in: 0...100)
    var random = DefenseRandom(seed: seed, purpose: .perturbation)
    let change = TextPerturbation.drawn(kind, length: length, percent: percent, using: &random)
    let count = length * percent / 100
    let context: Comment = "\(kind), seed \(seed), \(length) characters, q = \(percent)"
    #expect(change.positions.count == count, context)
    #expect(change.characters.count == count, context)
    #expect(change.positions.allSatisfy { (0..<length).contains($0) }, context)
    #expect(zip(change.positions, change.positions.dropFirst()).allSatisfy { $0 < $1 }, context)
    #expect(change.characters.allSatisfy(TextPerturbation.alphabet.contains), context)
    if kind == .patch, let first = change.positions.first {
      #expect(change.positions == Array(first..<first + count), context)
    }
  }

  @Test(arguments: SmoothLLM.Perturbation.allCases, 0..<UInt64(200))
  func `what is not at the positions stays, and only an insertion is longer`(
    kind: SmoothLLM.Perturbation, seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    let text = Self.text(generator.integer(in: 0...80), &generator)
    var random = DefenseRandom(seed: seed, purpose: .perturbation, lane: 3)
    let old = Array(text.unicodeScalars)
    let change = TextPerturbation.drawn(
      kind, length: old.count, percent: generator.integer(in: 0...100), using: &random)
    var new = Array(change.applied(to: text).unicodeScalars)
    if kind == .insert {
      #expect(new.count == old.count + change.positions.count)
      // From the last one, so that earlier places stay where they are.
      var inserted: [Unicode.Scalar] = []
      for (shift, position) in change.positions.enumerated().reversed() {
        inserted.append(new.remove(at: position + shift))
      }
      #expect(inserted.reversed() == change.characters, "seed \(seed)")
      #expect(new == old, "seed \(seed)")
    } else {
      #expect(new.count == old.count)
      #expect(change.positions.map { new[$0] } == change.characters, "seed \(seed)")
      for position in change.positions { new[position] = old[position] }
      #expect(new == old, "seed \(seed)")
    }
  }

  @Test(arguments: SmoothLLM.Perturbation.allCases, [0, 1, 9])
  func `fewer than one character is none`(kind: SmoothLLM.Perturbation, length: Int) {
    var random = DefenseRandom(seed: 1, purpose: .perturbation)
    let text = String(repeating: "x", count: length)
    let change = TextPerturbation.drawn(kind, length: length, percent: 10, using: &random)
    #expect(change.applied(to: text) == text)
  }

  /// Expects each cell's count within 5 standard deviations of its mean.
  ///
  /// A cell is hit with probability p in each of N draws: the mean is Np, the deviation
  /// √(Np(1-p)). For 120 cells a correct generator fails with odds below 1 in 10^4,
  /// and the seeds are fixed.
  private static func expectUniform(
    _ counts: [Int], draws: Int, probability: Double, _ what: String
  ) {
    let mean = Double(draws) * probability
    let bound = 5 * (mean * (1 - probability)).squareRoot()
    for (cell, count) in counts.enumerated() {
      #expect(abs(Double(count) - mean) <= bound, "\(what) \(cell): \(count), expected \(mean)")
    }
  }

  @Test(arguments: [SmoothLLM.Perturbation.swap, .insert])
  func `each position and each character is as likely as any other`(kind: SmoothLLM.Perturbation) {
    var positions = [Int](repeating: 0, count: 20)
    var characters: [Unicode.Scalar: Int] = [:]
    for seed in 0..<UInt64(4000) {
      var random = DefenseRandom(seed: seed, purpose: .perturbation)
      let change = TextPerturbation.drawn(kind, length: 20, percent: 25, using: &random)
      for position in change.positions { positions[position] += 1 }
      for character in change.characters { characters[character, default: 0] += 1 }
    }
    Self.expectUniform(positions, draws: 4000, probability: 0.25, "position")
    let counts = TextPerturbation.alphabet.map { characters[$0] ?? 0 }
    Self.expectUniform(counts, draws: 20_000, probability: 0.01, "character")
  }

  @Test func `each place of a patch is as likely as any other`() {
    var starts = [Int](repeating: 0, count: 16)
    for seed in 0..<UInt64(4000) {
      var random = DefenseRandom(seed: seed, purpose: .perturbation)
      let change = TextPerturbation.drawn(.patch, length: 20, percent: 25, using: &random)
      starts[change.positions[0]] += 1
    }
    Self.expectUniform(starts, draws: 4000, probability: 1.0 / 16, "start")
  }
}
