import RESTA
import RESTALlama
import RESTATesting
import Testing

extension LlamaTests {
  @Suite("Cancellation", .models(.smolQ40), .timeLimit(.minutes(20))) struct Cancellation {
    static let limit = Duration.milliseconds(250)

    /// Cancels `body` after a time, and tells how long it then took to end; the least of some tries where that is
    /// long, because a machine may stand still for a while.
    static func latency(
      after delay: Duration, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Duration {
      let clock = ContinuousClock()
      var least = Duration.seconds(3600)
      for _ in 0..<5 where least >= limit {
        let task = Task(operation: body)
        try await Task.sleep(for: delay)
        let start = clock.now
        task.cancel()
        await #expect(throws: CancellationError.self, "after \(delay)") { try await task.value }
        least = min(least, clock.now - start)
      }
      return least
    }

    @Test("A long prefill stops at once, and the model goes on as before")
    func prefill() async throws {
      let model = try await SharedModels.model()
      let before = try await model.answer(MildPrompts.all[1])
      let tokens = try Sequences.prompt(model, count: 3000)
      let rows = try model.embeddings(of: tokens)
      // Setting up so large a cache takes a while; that is not what is measured here.
      await (try await model.reserve(sequences: 11, cells: 11 * 3001)).release()
      var latencies: [Duration] = []
      for delay in TestSize.isFull ? [20, 100, 300, 1000, 2500] : [20, 300, 1200] {
        for usesRows in [false, true] {
          let latency = try await Self.latency(after: .milliseconds(delay)) {
            let reservation = try await model.reserve(sequences: 11, cells: 11 * 3001)
            _ = try await reservation.forward(
              (0..<11).map {
                ForwardSegment(
                  sequence: $0, input: usesRows ? .embeddings(rows) : .tokens(tokens))
              })
          }
          latencies.append(latency)
          #expect(
            latency < Self.limit,
            "cancelled after \(delay) ms, \(usesRows ? "rows" : "ids"): took \(latency)")
        }
      }
      print("cancelling a prefill takes", latencies.median as Any, "of", latencies)
      #expect(try await model.answer(MildPrompts.all[1]).tokenIDs == before.tokenIDs)
    }

    @Test("A generation stops at once, whatever it is doing", arguments: [50, 300, 900, 2000])
    func generation(delay: Int) async throws {
      let model = try await SharedModels.model()
      let before = try await model.answer(MildPrompts.all[2])
      let content = String(repeating: Sequences.text + " ", count: 28)
      let generation = try Generation(
        model: model, messages: [.user(content)], defense: DefenseSettings(seed: 1))
      #expect((2500...3200).contains(generation.prompt.tokens.count))
      let latency = try await Self.latency(after: .milliseconds(delay)) {
        _ = try await generation.result()
      }
      print("cancelling a generation after", delay, "ms takes", latency)
      #expect(latency < Self.limit, "took \(latency)")
      #expect(try await model.answer(MildPrompts.all[2]).tokenIDs == before.tokenIDs)
    }

    @Test("Decoding stops at once")
    func decoding() async throws {
      let model = try await SharedModels.model()
      let before = try await model.answer(MildPrompts.all[3])
      for delay in [60, 250, 700] {
        let latency = try await Self.latency(after: .milliseconds(delay)) {
          _ = try await Generation(
            model: model, messages: [.user(MildPrompts.all[3])],
            defense: DefenseSettings(prefix: .all, seed: 1),
            options: GenerationOptions(maximumTokens: 2000)
          ).result()
        }
        #expect(latency < Self.limit, "cancelled after \(delay) ms: took \(latency)")
      }
      #expect(try await model.answer(MildPrompts.all[3]).tokenIDs == before.tokenIDs)
    }

    @Test("A task that is cancelled before it starts does nothing")
    func cancelledBefore() async throws {
      let model = try await SharedModels.model()
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        return try await model.answer(MildPrompts.all[0])
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }
}
