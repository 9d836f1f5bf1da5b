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

    static func prompt(_ model: LlamaModel, count: Int = 100) throws -> [TokenID] {
      let tokens = try model.tokenizer.tokenize(Array(text.utf8), parsesControl: false)
      return (0..<count).map { tokens[$0 % tokens.count] }
    }

    @Test("Splitting a pass into small batches changes no token")
    func batchSplits() async throws {
      let large = try await SharedModels.model()
      let small = try await SharedModels.model(options: LlamaOptions(threads: 1, batchSize: 32))
      let prompt = try Self.prompt(large)
      #expect(prompt.count == 100)
      var rows: [[[Float]]] = []
      for model in [large, small] {
        let reservation = try await model.reserve(sequences: 1, cells: 100)
        rows.append(
          try await reservation.forward([
            ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .all)
          ]))
        await reservation.release()
      }
      try #require(rows[0].count == 100 && rows[1].count == 100)
      for position in 0..<100 {
        let (largest, scale) = difference(rows[0][position], rows[1][position])
        #expect(largest <= 1e-3 * scale, "position \(position): \(largest) of \(scale)")
      }
      let tokens = try await large.greedyTokens(after: prompt, count: 24)
      #expect(try await small.greedyTokens(after: prompt, count: 24) == tokens)
    }

    @Test("One pass over all copies equals a pass for each")
    func manySegments() async throws {
      let model = try await SharedModels.model()
      let prompt = try Self.prompt(model, count: 40)
      let rows = try model.embeddings(of: prompt)
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
        #expect(largest <= 1e-3 * scale)
        #expect(try argmax(row) == argmax(expected[0]))
      }
    }

    @Test("A forked prefix goes on like the original", arguments: [TestModel.smolQ40, .gemma])
    func fork(name: TestModel) async throws {
      if !TestFiles.exists(name.path) && !TestFiles.isRequired {
        try Test.cancel("needs \(name.rawValue): make models")
      }
      let model = try await SharedModels.model(name)
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
        #expect(largest <= 1e-3 * scale, "sequence \(sequence): \(largest) of \(scale)")
      }
      // What the fork was fed left the original alone.
      let next = try argmax(whole)
      let after = try await reservation.forward(
        [0, 1].map { ForwardSegment(sequence: $0, input: .tokens([next])) })
      let (largest, scale) = difference(after[0], after[1])
      #expect(largest <= 1e-3 * scale)
      await reservation.release()
    }

    @Test("Rolling back and going on again gives the same", arguments: [TestModel.smolQ40, .gemma])
    func truncate(name: TestModel) async throws {
      if !TestFiles.exists(name.path) && !TestFiles.isRequired {
        try Test.cancel("needs \(name.rawValue): make models")
      }
      let model = try await SharedModels.model(name)
      let prompt = try Self.prompt(model)
      let reservation = try await model.reserve(sequences: 2, cells: 200)
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
        #expect(largest <= 1e-3 * scale, "length \(length): \(largest) of \(scale)")
      }
      let next = try argmax(first)
      let after = try await reservation.forward(
        [0, 1].map { ForwardSegment(sequence: $0, input: .tokens([next])) })
      let (largest, scale) = difference(after[0], after[1])
      #expect(largest <= 1e-3 * scale)
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
      for length in [11, -1] {
        await #expect(throws: RESTAError.self, "fork of \(length)") {
          try await reservation.fork(0, to: 1, length: length)
        }
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
      let model = try await SharedModels.model()
      let prompts = Array(MildPrompts.all.prefix(2))
      // Their noise differs from each other, so mixed-up sequences would show.
      let defenses = [DefenseSettings.none, DefenseSettings(samples: 3, prefix: .tokens(8), seed: 4)]
      for defense in defenses {
        var alone: [[TokenID]] = []
        for prompt in prompts {
          alone.append(try await model.answer(prompt, defense: defense).tokenIDs)
        }
        // A large reservation first, so that both fit beside each other.
        await (try await model.reserve(sequences: 16, cells: 2048)).release()
        async let first = model.answer(prompts[0], defense: defense)
        async let second = model.answer(prompts[1], defense: defense)
        #expect(try await [first.tokenIDs, second.tokenIDs] == alone)
      }
    }
  }
}
