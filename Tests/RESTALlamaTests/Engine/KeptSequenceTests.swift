import RESTATesting
import Testing

@testable import RESTA
@testable import RESTALlama

extension LlamaTests {
  /// What was computed for earlier turns of a conversation, in llama.cpp's own cache.
  @Suite("Kept sequences") struct KeptSequences {
    @Test("Kept positions have the same bits wherever the cache moves them, and as it grows")
    func sameBits() async throws {
      // Of its own, so that it starts small, and is full again and again.
      let model = try await TinyModelFile.model(
        options: LlamaOptions(threads: 1, batchSize: 64))
      let other = try await TinyModelFile.model()
      var generator = SeededGenerator(seed: 3)
      var texts = [[TokenID]](repeating: [], count: 3)
      var kept: (any SequenceReservation)?
      var inherited = 0
      for round in 0..<60 {
        // A part of what each held, or nothing, and then something new.
        let lengths = texts.map {
          generator.below(10) == 0 ? 0 : max(0, $0.count - generator.below(5))
        }
        let cells = 40 + lengths.reduce(0, +) + 3 * 25
        let reservation: any SequenceReservation
        if let kept {
          reservation = try await model.reserve(
            sequences: 3, cells: cells, continuing: kept, lengths: lengths)
        } else {
          reservation = try await model.reserve(sequences: 3, cells: cells)
        }
        let isThere = reservation.inheritedLengths == lengths
        if isThere { inherited += lengths.reduce(0, +) }
        for sequence in texts.indices {
          texts[sequence] = isThere ? Array(texts[sequence].prefix(lengths[sequence])) : []
          let isFull = texts[sequence].count > 150
          let new = (0..<(isFull ? 1 : 1 + generator.below(24))).map { _ in
            TokenID(generator.below(256))
          }
          texts[sequence] += new
          let row = try await reservation.forward([
            ForwardSegment(sequence: sequence, input: .tokens(new))
          ])
          let alone = try await other.reserve(sequences: 1, cells: texts[sequence].count)
          let expected = try await alone.forward([
            ForwardSegment(sequence: 0, input: .tokens(texts[sequence]))
          ])
          await alone.release()
          let isSame = row == expected
          #expect(isSame, "round \(round), sequence \(sequence)")
          // Something that is dropped again, so that cells are freed in between.
          _ = try await reservation.forward([
            ForwardSegment(sequence: sequence, input: .tokens([1, 2, 3, 4]), outputs: .none)
          ])
          try await reservation.truncate(sequence, to: texts[sequence].count)
        }
        #expect(await reservation.keep())
        await kept?.release()
        kept = reservation
      }
      await kept?.release()
      #expect(inherited > 5_000, "\(inherited)")
    }

    @Test("A chat on real weights has the answers that it has from nothing", .models(.smolQ40))
    func sameAnswers() async throws {
      let model = try await SharedModels.model(.smolQ40)
      var defense = DefenseSettings(
        noise: NoiseSettings(kind: .hard, sigma: Sigma(value: 0.6, unit: .relative)), samples: 5,
        prefix: .tokens(8))
      defense.seed = 11
      let turns = TestSize.of(4, quick: 3)
      func session(_ cells: Int, _ decoder: DecoderKind = .fast) -> ChatSession {
        ChatSession(
          model: model, defense: defense, options: GenerationOptions(maximumTokens: 20),
          decoder: decoder, conversations: ConversationCache(cells: cells))
      }
      // One after the other: a request that needs the room takes it from what is kept.
      var answers: [[GenerationResult]] = []
      for session in [session(100_000), session(0), session(0, .reference)] {
        var results: [GenerationResult] = []
        for text in MildPrompts.all.prefix(turns) {
          results.append(try await session.respond(to: text))
        }
        answers.append(results)
      }
      for turn in 0..<turns {
        let (kept, fresh, oracle) = (answers[0][turn], answers[1][turn], answers[2][turn])
        #expect(kept.tokenIDs == fresh.tokenIDs, "turn \(turn)")
        #expect(kept.votes.map(\.tokenID) == fresh.votes.map(\.tokenID), "turn \(turn)")
        #expect(oracle.tokenIDs == fresh.tokenIDs, "turn \(turn)")
        #expect((kept.totals.tokensReused > 0) == (turn > 0))
        #expect(fresh.totals.tokensReused == 0)
      }
    }

    @Test("The cells that a cache is followed by are in order, and none is lost or held twice")
    func order() {
      for seed in UInt64(0)..<200 {
        var generator = SeededGenerator(seed: seed)
        var order = CellOrder(count: 60)
        // The positions of each sequence, by the number that each was given when it was computed.
        var contents: [Int32: [Int]] = [:]
        var last = 0
        for _ in 0..<60 {
          let (sequence, target) = (Int32(generator.below(4)), Int32(generator.below(4)))
          switch generator.below(4) {
          case 0:
            let length = generator.below(contents[sequence, default: []].count + 1)
            order.truncate(sequence, to: length)
            contents[sequence] = Array(contents[sequence, default: []].prefix(length))
          case 1 where contents[target, default: []].isEmpty:
            let length = generator.below(contents[sequence, default: []].count + 1)
            order.fork(sequence, to: target, length: length)
            contents[target] = Array(contents[sequence, default: []].prefix(length))
          default:
            let count = 1 + generator.below(9)
            let phase = Self.phase(sequence, count)
            let isThere = order.append(phase)
            if !isThere {
              guard order.count - order.used >= count else { continue }
              order = order.compacted(count: 60)
              // Whatever is free lies behind all that is held.
              let isThereNow = order.append(phase)
              #expect(isThereNow, "seed \(seed)")
            }
            contents[sequence, default: []] += (0..<count).map { last + $0 }
            last += count
          }
          #expect(order.used == Set(contents.values.joined()).count, "seed \(seed)")
        }
      }
    }

    private static func phase(_ sequence: Int32, _ count: Int) -> EnginePass.Phase {
      let piece = EnginePass.Piece(
        sequence: sequence, position: 0, input: .tokens(Array(repeating: 1, count: count)),
        range: 0..<count, wanted: 0)
      let member = PassMember(id: 1, owner: 1) { _, _ in }
      return EnginePass(
        phases: [
          EnginePass.Phase(parts: [EnginePass.Part(member: member, pieces: [piece], rows: 0..<0)])
        ]
      ).phases[0]
    }
  }
}
