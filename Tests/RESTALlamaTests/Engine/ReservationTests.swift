import Foundation
import RESTATesting
import Testing

@testable import RESTA
@testable import RESTALlama

extension LlamaTests {
  /// On models of their own: how much room there is decides what happens.
  @Suite("Reservations") struct Reservations {
    /// A tiny model whose context holds 256 cells and 4 sequences.
    static func withModel(_ body: (LlamaModel) async throws -> Void) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/tiny.gguf"
        try GGUFBuilder.tinyModel().write(path)
        let model = try await LlamaModel.load(
          path, options: LlamaOptions(threads: 1, batchSize: 32))
        await (try await model.reserve(sequences: 4, cells: 256)).release()
        try await body(model)
      }
    }

    /// Waits until so many wait for room.
    static func waiting(_ count: Int, _ model: LlamaModel) async throws {
      while await model.scheduler.pool.waiting < count {
        try await Task.sleep(for: .milliseconds(1))
      }
    }

    @Test("A reservation that does not fit waits for the room", .timeLimit(.minutes(20)))
    func waits() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 2, cells: 200)
        let granted = Locked(false)
        async let second = {
          let reservation = try await model.reserve(sequences: 2, cells: 200)
          granted.update { $0 = true }
          return reservation
        }()
        try await Self.waiting(1, model)
        #expect(!granted.value)
        _ = try await first.forward([ForwardSegment(sequence: 1, input: .tokens([1, 2]))])
        await first.release()
        let reservation = try await second
        #expect(granted.value)
        let rows = try await reservation.forward([
          ForwardSegment(sequence: 1, input: .tokens([1, 2]))
        ])
        #expect(rows.count == 1)
        await reservation.release()
      }
    }

    @Test("Those who wait are served in order", .timeLimit(.minutes(20)))
    func inOrder() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 4, cells: 256)
        let order = Locked([Int]())
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, cells) in [250, 10, 256].enumerated() {
            group.addTask {
              let reservation = try await model.reserve(sequences: 1, cells: cells)
              order.update { $0.append(index) }
              await reservation.release()
            }
            try await Self.waiting(index + 1, model)
          }
          await first.release()
          try await group.waitForAll()
        }
        #expect(order.value == [0, 1, 2])
      }
    }

    @Test("Growing keeps what is reserved and waits for it", .timeLimit(.minutes(20)))
    func grows() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 1, cells: 10)
        let before = try await first.forward([
          ForwardSegment(sequence: 0, input: .tokens([1, 2, 3]))
        ])
        let large = Task { try await model.reserve(sequences: 8, cells: 2_000) }
        try await Self.waiting(1, model)
        try await first.truncate(0, to: 2)
        let again = try await first.forward([ForwardSegment(sequence: 0, input: .tokens([3]))])
        #expect(difference(before[0], again[0]).largest < 1e-4)
        await first.release()
        let reservation = try await large.value
        let rows = try await reservation.forward([
          ForwardSegment(sequence: 7, input: .tokens([1, 2, 3]))
        ])
        #expect(difference(before[0], rows[0]).largest < 1e-4)
        await reservation.release()
      }
    }

    @Test("Cancelling who waits throws and lets the next one in", .timeLimit(.minutes(20)))
    func cancelledWaiter() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 1, cells: 200)
        let waiting = Task { try await model.reserve(sequences: 1, cells: 200) }
        try await Self.waiting(1, model)
        let last = Task { try await model.reserve(sequences: 1, cells: 200) }
        try await Self.waiting(2, model)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await first.release()
        await (try await last.value).release()
        // All room is back.
        await (try await model.reserve(sequences: 4, cells: 256)).release()
      }
    }

    @Test("A cancelled waiter no longer holds up those behind it", .timeLimit(.minutes(20)))
    func cancelledWaiterMakesWay() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 1, cells: 200)
        let large = Task { try await model.reserve(sequences: 1, cells: 256) }
        try await Self.waiting(1, model)
        // So many may take room that it needs; who comes then would fit, and stands behind it.
        for _ in 0..<SequencePool.passLimit {
          await (try await model.reserve(sequences: 1, cells: 20)).release()
        }
        let granted = Locked(false)
        async let small = {
          let reservation = try await model.reserve(sequences: 1, cells: 20)
          granted.update { $0 = true }
          return reservation
        }()
        try await Self.waiting(2, model)
        #expect(!granted.value)
        large.cancel()
        await #expect(throws: CancellationError.self) { try await large.value }
        // Not only once the first one is released.
        while !granted.value { try await Task.sleep(for: .milliseconds(1)) }
        await first.release()
        await (try await small).release()
      }
    }

    @Test("Who is cancelled before asking gets nothing", .timeLimit(.minutes(20)))
    func cancelledBeforeWaiting() async throws {
      try await Self.withModel { model in
        let first = try await model.reserve(sequences: 1, cells: 200)
        let waiting = Task {
          while !Task.isCancelled { await Task.yield() }
          return try await model.reserve(sequences: 1, cells: 200)
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await first.release()
        await (try await model.reserve(sequences: 4, cells: 256)).release()
      }
    }

    @Test("A dropped reservation gives its room back", .timeLimit(.minutes(20)))
    func dropped() async throws {
      try await Self.withModel { model in
        for _ in 0..<20 {
          let reservation = try await model.reserve(sequences: 4, cells: 256)
          _ = try await reservation.forward([
            ForwardSegment(sequence: 3, input: .tokens([1, 2, 3]))
          ])
        }
        await (try await model.reserve(sequences: 4, cells: 256)).release()
      }
    }

    @Test(
      "More than a model can ever hold is refused at once",
      arguments: [(0, 10), (-1, 10), (257, 10), (1, 0), (1, -5), (1, 1 << 40), (Int.max, Int.max)])
    func tooMuch(sequences: Int, cells: Int) async throws {
      try await Self.withModel { model in
        let error = try #require(
          await #expect(throws: RESTAError.self) {
            try await model.reserve(sequences: sequences, cells: cells)
          })
        #expect(error.code == .contextExceeded)
      }
    }

    @Test("More memory than the machine has is refused", .models(.smolQ40))
    func outOfMemory() async throws {
      let model = try await SharedModels.model()
      let error = try #require(
        await #expect(throws: LlamaError.self) {
          try await model.reserve(sequences: 1, cells: (1 << 30) - 1)
        })
      #expect(error.code == .outOfMemory)
      #expect(error.message.contains("MiB"))
    }

    @Test("As many sequences as there can be", .models(.smolQ40))
    func allSequences() async throws {
      try await Self.withModel { model in
        let count = model.information.maximumSequences
        let reservation = try await model.reserve(sequences: count, cells: 2 * count)
        let rows = try await reservation.forward(
          (0..<count).map { ForwardSegment(sequence: $0, input: .tokens([7, 8])) })
        #expect(rows.count == count)
        for row in rows { #expect(difference(rows[0], row).largest < 1e-4) }
        await reservation.release()
      }
    }

    // A context that were made again would take milliseconds each time, and show in the time.
    @Test("Small generations leave nothing behind, a thousand of them or fewer", .models(.smolQ40))
    func memoryStaysBounded() async throws {
      let model = try await SharedModels.model()
      let clock = ContinuousClock()
      var reserving: [Duration] = []
      func cycles(_ count: Int) async throws {
        for cycle in 0..<count {
          let start = clock.now
          let reservation = try await model.reserve(sequences: 3, cells: 12)
          reserving.append(clock.now - start)
          _ = try await reservation.forward([
            ForwardSegment(sequence: cycle % 3, input: .tokens([5, 6]))
          ])
          // Every second one is dropped, which gives it back a little later.
          if cycle % 2 == 0 { await reservation.release() }
        }
      }
      try await cycles(50)
      let before = try Self.residentBytes()
      reserving = []
      try await cycles(TestSize.of(1_000, quick: 250))
      let growth = try Self.residentBytes() - before
      #expect(growth < 20 << 20, "resident memory grew by \(growth) bytes")
      let median = try #require(reserving.median)
      #expect(median < .milliseconds(5), "a reservation takes \(median)")
    }

    @Test("Freed cells are used again, and no logit changes by where a sequence lies")
    func reusedCells() async throws {
      let model = try await TinyModelFile.model(
        options: LlamaOptions(threads: 1, parallelCells: 256, parallelSequences: 3))
      let text = (0..<60).map { TokenID(1 + $0 * 7 % 20) }
      func row(_ tokens: [TokenID]) async throws -> [Float] {
        let reservation = try await model.reserve(sequences: 1, cells: tokens.count)
        let rows = try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens(tokens))
        ])
        await reservation.release()
        return try #require(rows.first)
      }
      let alone = try await row(text)
      // Steps on while others come and go: the cache is never empty, and is filled many times over.
      let long = try await model.reserve(sequences: 1, cells: text.count)
      for end in text.indices {
        let rows = try await long.forward([
          ForwardSegment(sequence: 0, input: .tokens([text[end]]))
        ])
        #expect(try await row(Array(text.prefix(1 + end % 50))).count == rows[0].count)
        if end % 10 == 9 { #expect(try await row(text) == alone) }
      }
      await long.release()
    }

    @Test("An abandoned generation frees its room", .models(.smolQ40), .timeLimit(.minutes(20)))
    func abandonedGeneration() async throws {
      let model = try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests)
      for _ in 0..<5 {
        let generation = try Generation(
          model: model, messages: [.user(MildPrompts.all[0])],
          defense: DefenseSettings(samples: 2, seed: 1),
          options: GenerationOptions(maximumTokens: 64))
        for try await event in generation {
          if case .token = event { break }
        }
      }
      // If any were left, this one would wait for ever: it needs a larger context.
      await (try await model.reserve(sequences: 64, cells: 4096)).release()
    }

    private static func residentBytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      let pages = try #require(Int(text.split(separator: " ")[1]))
      return pages * 4096
    }
  }
}
