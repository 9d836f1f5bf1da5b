import RESTA
import RESTALlama
import Testing

extension LlamaTests {
  @Suite("Sequences", .models(.smolQ40)) struct Sequences {
    static let text = """
      The village lay between two hills, and every morning the baker lit his oven before sunrise. \
      Children passed his window on the way to school, farmers on the way to their fields, and each \
      of them took a warm loaf along. On Saturdays there was a market, with apples, cheese, honey \
      and woollen socks. In winter the road was often closed, so people played cards, mended their \
      tools, told each other stories, and waited for the
      """

    /// How far logits may move when the same positions are computed elsewhere in the cache.
    ///
    /// llama.cpp adds up attention in tiles of the cache and in half precision. With F32 weights that
    /// is all there is (measured: up to 0.2 % of the largest logit); quantised ones round their inputs
    /// to 8 bits, which makes more of it at each layer (3 % on SmolLM2 Q4_0).
    enum Precision: String, CaseIterable, CustomTestStringConvertible {
      case tiny, smolQ40, gemma

      var testDescription: String { rawValue }

      var tolerance: Float {
        switch self {
        case .tiny: 5e-3
        case .smolQ40: 0.1
        case .gemma: 0.3
        }
      }

      var isQuantized: Bool { self == .smolQ40 || self == .gemma }

      func model(options: LlamaOptions = .forTests) async throws -> any LanguageModel {
        let name: TestModel
        switch self {
        case .tiny: return try await TinyModelFile.model(options: options)
        case .smolQ40: name = .smolQ40
        case .gemma: name = .gemma
        }
        if !TestFiles.exists(name.path) && !TestFiles.isRequired {
          try Test.cancel("needs \(name.rawValue)")
        }
        return try await SharedModels.model(name, options: options)
      }
    }

    static func prompt(_ model: any LanguageModel, count: Int = 100) throws -> [TokenID] {
      let tokens = try model.tokenizer.tokenize(Array(text.utf8), parsesControl: false)
      // A model that starts with a token of its own is out of its mind without it.
      let first = model.tokenizer.beginningOfSequence.map { [$0] } ?? []
      return first + (first.count..<count).map { tokens[$0 % tokens.count] }
    }

    @Test("Splitting a pass into small batches changes no token", arguments: Precision.allCases)
    func batchSplits(precision: Precision) async throws {
      let large = try await precision.model()
      let small = try await precision.model(options: LlamaOptions(threads: 1, batchSize: 32))
      let prompt = try Self.prompt(large)
      #expect(prompt.count == 100)
      var rows: [[[Float]]] = []
      for model in [large, small] {
        // Large enough for a new context: see `historyDoesNotMatter`.
        let reservation = try await model.reserve(sequences: 4, cells: 1000)
        rows.append(
          try await reservation.forward([
            ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .all)
          ]))
        await reservation.release()
      }
      try #require(rows[0].count == 100 && rows[1].count == 100)
      // On the pinned build no row differs, and to look at each number of so many takes long.
      let differences = zip(rows[0], rows[1]).filter { $0 != $1 }.map { difference($0, $1) }
      let worst = differences.map { $0.largest / $0.scale }.max() ?? 0
      #expect(worst <= precision.tolerance)
      let tokens = try await large.greedyLeads(after: prompt, count: 24)
      let others = try await small.greedyLeads(after: prompt, count: 24)
      if let index = tokens.indices.first(where: { tokens[$0].token != others[$0].token }) {
        #expect(precision.isQuantized && tokens[index].lead < 1.3, "\(index): \(tokens[index])")
      }
    }

    // The first context is the self-test's, for 26 positions; llama.cpp takes that for the size of a
    // batch, so a prompt that still fits into it is computed in small batches.
    @Test("What the engine did before does not matter to an answer")
    func historyDoesNotMatter() async throws {
      let path = TestModel.smolQ40.path
      let new = try await LlamaModel.load(path, options: .forTests)
      let used = try await LlamaModel.load(path, options: .forTests)
      await (try await used.reserve(sequences: 4, cells: 1000)).release()
      let prompt = try Self.prompt(new)
      var rows: [[Float]] = []
      for model in [new, used] {
        let reservation = try await model.reserve(sequences: 1, cells: 101)
        rows += try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens(prompt))
        ])
        await reservation.release()
      }
      let (largest, scale) = difference(rows[0], rows[1])
      #expect(largest == 0, "of \(scale)")
    }

    @Test("One pass over all copies equals a pass for each", arguments: Precision.allCases)
    func manySegments(precision: Precision) async throws {
      let model = try await precision.model()
      let tolerance = precision.tolerance
      let prompt = try Self.prompt(model, count: 40)
      let rows = try await model.embeddings(of: prompt)
      let reservation = try await model.reserve(sequences: 4, cells: 160)
      let together = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(prompt)),
        ForwardSegment(sequence: 1, input: .embeddings(rows)),
        ForwardSegment(sequence: 2, input: .tokens(Array(prompt.prefix(30))), outputs: .none),
        ForwardSegment(sequence: 3, input: .embeddings(rows), outputs: .last),
        ForwardSegment(sequence: 2, input: .tokens(Array(prompt.suffix(10)))),
      ])
      await reservation.release()
      let alone = try await model.reserve(sequences: 1, cells: 40)
      let expected = try await alone.forward([ForwardSegment(sequence: 0, input: .tokens(prompt))])
      await alone.release()
      try #require(together.count == 4)
      for row in together {
        let (largest, scale) = difference(expected[0], row)
        #expect(largest <= tolerance * scale)
        if !precision.isQuantized { #expect(try argmax(row) == argmax(expected[0])) }
      }
    }

    @Test("A forked prefix goes on like the original", arguments: Precision.allCases)
    func fork(precision: Precision) async throws {
      let model = try await precision.model()
      let tolerance = precision.tolerance
      let prompt = try Self.prompt(model)
      let (prefix, rest) = (Array(prompt.prefix(60)), Array(prompt.suffix(40)))
      let reservation = try await model.reserve(sequences: 4, cells: 400)
      let whole = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(prompt))
      ])[0]
      // From a longer sequence, and from one that ends where the fork does.
      try await reservation.fork(0, to: 1, length: 60)
      _ = try await reservation.forward([
        ForwardSegment(sequence: 2, input: .tokens(prefix), outputs: .none)
      ])
      try await reservation.fork(2, to: 3, length: 60)
      for sequence in [1, 3] {
        let forked = try await reservation.forward([
          ForwardSegment(sequence: sequence, input: .tokens(rest))
        ])[0]
        let (largest, scale) = difference(whole, forked)
        #expect(largest <= tolerance * scale, "sequence \(sequence): \(largest) of \(scale)")
      }
      // What the fork was fed left the original alone.
      let next = try argmax(whole)
      let after = try await reservation.forward(
        [0, 1].map { ForwardSegment(sequence: $0, input: .tokens([next])) })
      let (largest, scale) = difference(after[0], after[1])
      #expect(largest <= tolerance * scale)
      await reservation.release()
    }

    @Test("Rolling back and going on again gives the same", arguments: Precision.allCases)
    func truncate(precision: Precision) async throws {
      let model = try await precision.model()
      let tolerance = precision.tolerance
      let prompt = try Self.prompt(model)
      let reservation = try await model.reserve(sequences: 2, cells: 300)
      let first = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(prompt))
      ])[0]
      // A fork lives through it: the positions are shared, not owned.
      try await reservation.fork(0, to: 1, length: 100)
      for length in [99, 50, 1, 0] {
        try await reservation.truncate(0, to: length)
        let other = [TokenID](repeating: prompt[3], count: 100 - length)
        _ = try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens(other))])
        try await reservation.truncate(0, to: length)
        let again = try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens(Array(prompt.suffix(100 - length))))
        ])[0]
        let (largest, scale) = difference(first, again)
        #expect(largest <= tolerance * scale, "length \(length): \(largest) of \(scale)")
      }
      let next = try argmax(first)
      let after = try await reservation.forward(
        [0, 1].map { ForwardSegment(sequence: $0, input: .tokens([next])) })
      let (largest, scale) = difference(after[0], after[1])
      #expect(largest <= tolerance * scale)
      await reservation.release()
    }

    // `LanguageModel.reserve`: "How many positions they hold in total, shared ones counted once."
    @Test("Shared positions count once")
    func sharedPositionsCountOnce() async throws {
      let model = try await SharedModels.model()
      let prompt = try Self.prompt(model)
      let reservation = try await model.reserve(sequences: 5, cells: 100 + 5 * 4)
      _ = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .none)
      ])
      for copy in 1...4 { try await reservation.fork(0, to: copy, length: 100) }
      let rows = try await reservation.forward(
        (0...4).map { ForwardSegment(sequence: $0, input: .tokens(Array(prompt.prefix(4)))) })
      #expect(rows.count == 5)
      await reservation.release()
    }

    @Test("Sequences that are not there, and steps that make no sense, are errors")
    func misuse() async throws {
      let model = try await SharedModels.model()
      let prompt = try Self.prompt(model, count: 10)
      let reservation = try await model.reserve(sequences: 2, cells: 20)
      _ = try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens(prompt))])
      for sequence in [-1, 2, 300] {
        await #expect(throws: RESTAError.self, "forward \(sequence)") {
          try await reservation.forward([ForwardSegment(sequence: sequence, input: .tokens([1]))])
        }
        await #expect(throws: RESTAError.self, "fork from \(sequence)") {
          try await reservation.fork(sequence, to: 1, length: 0)
        }
        await #expect(throws: RESTAError.self, "fork to \(sequence)") {
          try await reservation.fork(0, to: sequence, length: 1)
        }
        await #expect(throws: RESTAError.self, "truncate \(sequence)") {
          try await reservation.truncate(sequence, to: 0)
        }
      }
      await #expect(throws: RESTAError.self, "fork of more than there is") {
        try await reservation.fork(0, to: 1, length: 11)
      }
      for length in [11, -1] {
        await #expect(throws: RESTAError.self, "truncate to \(length)") {
          try await reservation.truncate(0, to: length)
        }
      }
      await #expect(throws: RESTAError.self, "into a filled sequence") {
        try await reservation.fork(0, to: 0, length: 5)
      }
      await #expect(throws: RESTAError.self, "more positions than reserved") {
        try await reservation.forward([
          ForwardSegment(sequence: 1, input: .tokens(prompt + [1]))
        ])
      }
      await reservation.release()
      await #expect(throws: RESTAError.self, "forward after release") {
        try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
      }
      await #expect(throws: RESTAError.self, "fork after release") {
        try await reservation.fork(0, to: 1, length: 1)
      }
      await #expect(throws: RESTAError.self, "truncate after release") {
        try await reservation.truncate(0, to: 0)
      }
      await reservation.release()
    }

    @Test("A fork of a negative length is an error")
    func negativeFork() async throws {
      let model = try await SharedModels.model()
      let reservation = try await model.reserve(sequences: 2, cells: 20)
      _ = try await reservation.forward([ForwardSegment(sequence: 0, input: .tokens([1, 2, 3]))])
      await #expect(throws: RESTAError.self) {
        try await reservation.fork(0, to: 1, length: -1)
      }
      await reservation.release()
    }

    @Test("Nothing to do is done")
    func emptyPasses() async throws {
      let model = try await SharedModels.model()
      let reservation = try await model.reserve(sequences: 1, cells: 4)
      #expect(try await reservation.forward([]).isEmpty)
      let empty = EmbeddingMatrix(rows: 0, dimensions: 3, values: [])
      let rows = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens([]), outputs: .all),
        ForwardSegment(sequence: 0, input: .embeddings(empty), outputs: .last),
        ForwardSegment(sequence: 0, input: .tokens([5]), outputs: .none),
      ])
      #expect(rows.isEmpty)
      await reservation.release()
    }

    @Test("Interleaved generations answer as they do alone")
    func interleaved() async throws {
      let model = try await TinyModelFile.model()
      let prompts = try await [TinyModelFile.prompt(3), TinyModelFile.prompt(17)]
      // Their noise differs from each other, so mixed-up sequences would show.
      for defense in [
        DefenseSettings.none, DefenseSettings(samples: 3, prefix: .tokens(8), seed: 4),
      ] {
        @Sendable func answer(_ index: Int) async throws -> [TokenID] {
          try await Generation(
            model: model, prompt: prompts[index], defense: defense,
            options: GenerationOptions(maximumTokens: 40)
          ).result().tokenIDs
        }
        let alone = try await [answer(0), answer(1)]
        #expect(alone[0] != alone[1])
        // A large reservation first, so that both fit beside each other.
        await (try await model.reserve(sequences: 16, cells: 2048)).release()
        for _ in 0..<5 {
          async let first = answer(0)
          async let second = answer(1)
          #expect(try await [first, second] == alone)
        }
      }
    }

    // Where in the cache they lie depends on who came first, and moves logits: see `Precision`.
    @Test("Interleaved generations of a quantised model differ at near ties only")
    func interleavedQuantized() async throws {
      let model = try await SharedModels.model()
      let prompts = try MildPrompts.all.prefix(2).map {
        try Generation.tokenize([.user($0)], for: model).ids
      }
      @Sendable func answer(_ index: Int) async throws -> [(token: TokenID, lead: Float)] {
        try await model.greedyLeads(after: prompts[index], count: 24)
      }
      let alone = try await [answer(0), answer(1)]
      await (try await model.reserve(sequences: 16, cells: 2048)).release()
      async let first = answer(0)
      async let second = answer(1)
      for (both, single) in zip(try await [first, second], alone) {
        guard let index = both.indices.first(where: { both[$0].token != single[$0].token }) else {
          continue
        }
        #expect(single[index].lead < 1.3, "token \(index): \(single[index])")
      }
    }
  }
}
