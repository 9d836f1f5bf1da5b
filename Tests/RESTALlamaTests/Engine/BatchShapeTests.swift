import RESTA
import RESTALlama
import RESTATesting
import Testing

extension LlamaTests {
  /// A position's logits depend on what its sequence holds, and on nothing else in the pass or in the
  /// cache: `scripts/llama-patches/attention.h` is there for that.
  @Suite("Batch shapes") struct BatchShapes {
    @Test("Logits of F32 weights are the same bits in every pass and every layout of the cache")
    func tiny() async throws {
      let model = try await TinyModelFile.model()
      var generator = SeededGenerator(seed: 41)
      let text = (0..<150).map { _ in TokenID(generator.below(256)) }
      let reference = try await Self.oneByOne(text, model)
      for seed in UInt64(0)..<120 {
        try await Self.check(model, text, reference, seed: seed)
      }
    }

    @Test(
      "Logits of Q4_0 weights are, with either type of cache", .models(.smolQ40),
      arguments: [LlamaOptions.CacheType.f16, .q8])
    func quantized(cache: LlamaOptions.CacheType) async throws {
      let model = try await SharedModels.model(
        options: LlamaOptions(threads: 1, cacheType: cache))
      let text = try Sequences.prompt(model, count: 100)
      let reference = try await Self.oneByOne(text, model)
      for seed in UInt64(0)..<4 {
        try await Self.check(model, text, reference, seed: seed)
      }
      let twoThreads = try await SharedModels.model(
        options: LlamaOptions(threads: 2, cacheType: cache))
      let reservation = try await twoThreads.reserve(sequences: 1, cells: 300)
      let rows = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(text), outputs: .all)
      ])
      await reservation.release()
      let isSame = rows == reference
      #expect(isSame)
    }

    /// Every position's logits, each computed in a pass of its own, alone in the cache.
    private static func oneByOne(
      _ text: [TokenID], _ model: any LanguageModel
    ) async throws -> [[Float]] {
      let reservation = try await model.reserve(sequences: 1, cells: text.count)
      var rows: [[Float]] = []
      for token in text {
        rows += try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens([token]))
        ])
      }
      await reservation.release()
      return rows
    }

    /// Feeds a text to sequence 0 in pieces, among others' positions, and compares every row.
    private static func check(
      _ model: any LanguageModel, _ text: [TokenID], _ reference: [[Float]], seed: UInt64
    ) async throws {
      var generator = SeededGenerator(seed: seed)
      let others = 1...(2 + generator.below(8))
      let drafts = others.upperBound + 1
      let reservation = try await model.reserve(sequences: drafts + 1, cells: 3000)
      var lengths = [Int](repeating: 0, count: drafts)
      // Some of another sequence, up to 40 positions.
      func filling(_ sequence: Int) -> ForwardSegment {
        let tokens = (0..<generator.below(min(40, 80 - lengths[sequence]))).map {
          text[(sequence + 7 * $0) % text.count]
        }
        lengths[sequence] += tokens.count
        return ForwardSegment(sequence: sequence, input: .tokens(tokens), outputs: .none)
      }
      // So that the cells do not start at the cache's beginning.
      _ = try await reservation.forward([filling(1)])
      let widest = [1, 8, 48, 128][generator.below(4)]
      var position = 0
      while position < text.count {
        let piece = text[position...].prefix(1 + generator.below(widest))
        var pass = [ForwardSegment(sequence: 0, input: .tokens(Array(piece)), outputs: .all)]
        for sequence in others where generator.below(4) == 0 && lengths[sequence] < 40 {
          pass.insert(filling(sequence), at: generator.below(pass.count + 1))
        }
        for row in try await reservation.forward(pass) {
          // Not the rows themselves, which would be printed.
          let isSame = row == reference[position]
          try #require(isSame, "seed \(seed), position \(position)")
          position += 1
        }
        // A fork that drafts and is rolled back leaves holes behind.
        guard position < text.count && generator.below(3) == 0 else { continue }
        try await reservation.fork(0, to: drafts, length: position)
        let row = try await reservation.forward([
          ForwardSegment(sequence: drafts, input: .tokens([text[position]]))
        ])
        let isSame = row == [reference[position]]
        try #require(isSame, "seed \(seed), draft at \(position)")
        try await reservation.truncate(drafts, to: 0)
        let other = others.randomElement(using: &generator) ?? 1
        lengths[other] /= 2
        try await reservation.truncate(other, to: lengths[other])
      }
      await reservation.release()
    }
  }
}
