import RESTA
import Testing

@testable import RESTALlama

extension LlamaTests {
  @Suite("Concurrent generations", .models(.smolQ40), .timeLimit(.minutes(20)))
  struct ConcurrentGenerations {
    static let count = 4
    static let tokens = 24
    static let options = LlamaOptions(threads: 1, parallelCells: 4096, parallelSequences: 64)

    enum Kind: String, CaseIterable, CustomTestStringConvertible {
      case tiny, smolQ40

      var testDescription: String { rawValue }

      /// A model of its own: others' generations would count.
      func model() async throws -> LlamaModel {
        switch self {
        case .tiny: try await TinyModelFile.model(options: options)
        case .smolQ40: try await LlamaModel.load(TestModel.smolQ40.path, options: options)
        }
      }
    }

    private static func prompt(_ index: Int, _ model: LlamaModel) async throws -> [TokenID] {
      model.information.name == "tiny"
        ? try await TinyModelFile.prompt(UInt64(index)).ids
        : try Generation.tokenize([.user(MildPrompts.all[index])], for: model).ids
    }

    /// All of them one after the other: their tokens, and how many passes that took.
    private static func alone(
      _ model: LlamaModel
    ) async throws -> (tokens: [[TokenID]], passes: Int) {
      let before = await model.scheduler.passes
      var result: [[TokenID]] = []
      for index in 0..<count {
        result.append(
          try await model.greedyTokens(after: prompt(index, model), count: tokens))
      }
      return (result, await model.scheduler.passes - before)
    }

    private static func start(
      _ index: Int, _ model: LlamaModel
    ) -> Task<[TokenID], any Error> {
      Task { try await model.greedyTokens(after: prompt(index, model), count: tokens) }
    }

    private static func checkRoom(_ model: LlamaModel) async throws {
      // All of the room at once: it would wait for ever if any were missing.
      await (try await model.reserve(sequences: 64, cells: 4096)).release()
      #expect(await model.scheduler.openReservations == 0)
    }

    @Test("They give what they give alone, in fewer passes", arguments: Kind.allCases)
    func equalAndFewer(kind: Kind) async throws {
      let model = try await kind.model()
      let alone = try await Self.alone(model)
      #expect(alone.passes == Self.count * Self.tokens)
      var fewest = Int.max
      // Again where they hardly met: a machine may stand still for a while.
      for _ in 0..<5 where fewest >= alone.passes / 2 {
        let before = await model.scheduler.passes
        let tasks = (0..<Self.count).map { Self.start($0, model) }
        for (task, expected) in zip(tasks, alone.tokens) {
          #expect(try await task.value == expected)
        }
        fewest = min(fewest, await model.scheduler.passes - before)
      }
      print("\(kind): \(Self.count) generations at once in \(fewest) passes of", alone.passes)
      #expect(fewest < alone.passes / 2)
      try await Self.checkRoom(model)
    }

    @Test("Cancelling one of them changes no token of the others", arguments: Kind.allCases)
    func cancelOne(kind: Kind) async throws {
      let model = try await kind.model()
      let alone = try await Self.alone(model)
      for delay in [0, 5, 60] {
        let tasks = (0..<Self.count).map { Self.start($0, model) }
        try await Task.sleep(for: .milliseconds(delay))
        tasks[1].cancel()
        for index in tasks.indices where index != 1 {
          #expect(try await tasks[index].value == alone.tokens[index])
        }
        // The tiny model may have been quicker.
        _ = await tasks[1].result
      }
      try await Self.checkRoom(model)
    }

    @Test("Defended and undefended ones side by side answer as they do alone")
    func defended() async throws {
      let model = try await LlamaModel.load(TestModel.smolQ40.path, options: Self.options)
      @Sendable func answer(_ index: Int) async throws -> [TokenID] {
        let defense: DefenseSettings =
          index % 2 == 0
          ? .none : DefenseSettings(samples: 4, prefix: .tokens(6), seed: UInt64(index))
        return try await model.answer(MildPrompts.all[index], tokens: 12, defense: defense).tokenIDs
      }
      var alone: [[TokenID]] = []
      for index in 0..<Self.count { alone.append(try await answer(index)) }
      let tasks = (0..<Self.count).map { index in Task { try await answer(index) } }
      for (task, expected) in zip(tasks, alone) { #expect(try await task.value == expected) }
      try await Self.checkRoom(model)
    }

    @Test("There is room for several from the start, and it never shrinks")
    func parallelRoom() async throws {
      let model = try await TinyModelFile.model(options: Self.options)
      var held: [any SequenceReservation] = []
      for _ in 0..<4 { held.append(try await model.reserve(sequences: 16, cells: 1024)) }
      for reservation in held { await reservation.release() }
      await (try await model.reserve(sequences: 1, cells: 10_000)).release()
      try await Self.checkRoom(model)
    }

    @Test("Parallel cells beyond the machine's memory are refused", .models(.smolQ40))
    func tooManyCells() async throws {
      let error = try await WrongFiles.error(
        loading: TestModel.smolQ40.path, options: LlamaOptions(parallelCells: (1 << 30) - 1))
      #expect(error.code == .outOfMemory)
      #expect(error.message.contains("parallel"))
    }
  }
}
