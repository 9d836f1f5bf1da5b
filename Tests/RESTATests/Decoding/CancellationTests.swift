import RESTATesting
import Testing

@testable import RESTA

@Suite("Cancellation and failure")
struct CancellationTests {
  private struct Fault: Error, Equatable {}

  /// Does something at one place of an answer of endless "a".
  private func model(
    at position: Int, _ action: @escaping @Sendable () async throws -> Void
  ) -> ScriptedModel {
    ScriptedModel { context in
      if context.answer.count == position { try await action() }
      return Fixture.logits(["a": 1])
    }
  }

  private func generation(
    _ model: ScriptedModel, _ decoder: DecoderKind = .reference
  ) throws -> Generation {
    try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(l: .tokens(3)),
      options: GenerationOptions(maximumTokens: 100), decoder: decoder)
  }

  /// The decoders that have code of their own.
  private static let decoders = [DecoderKind.reference, .fast]

  /// In prefill, in the voted prefix, at the unperturbed prefill and behind it.
  private static let places = [0, 1, 2, 3, 5]

  @Test(
    "stops the work in prefill and in decoding, and frees the memory", arguments: places, decoders)
  func cancelled(position: Int, decoder: DecoderKind) async throws {
    let checkpoint = Checkpoint()
    let model = model(at: position) { try await checkpoint.wait() }
    let generation = try generation(model, decoder)
    let task = Task { try await generation.result() }
    await checkpoint.cancel(task)
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.openReservations == 0)
    // Only the reference decoder takes a pass for each token.
    if decoder == .reference { #expect(model.recordedPasses.count == position + 1) }
  }

  @Test(
    "is noticed before the next token by a model that doesn't notice", arguments: places, decoders)
  func unnoticed(position: Int, decoder: DecoderKind) async throws {
    let checkpoint = Checkpoint()
    let model = model(at: position) { try? await checkpoint.wait() }
    let generation = try generation(model, decoder)
    let task = Task { try await generation.result() }
    await checkpoint.cancel(task)
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.openReservations == 0)
    // Only the reference decoder takes a pass for each token.
    if decoder == .reference { #expect(model.recordedPasses.count == position + 1) }
  }

  @Test("of a task before it starts means that nothing runs")
  func cancelledBefore() async throws {
    let model = model(at: -1) {}
    let generation = try generation(model)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await generation.result()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.recordedPasses.isEmpty)
    #expect(model.openReservations == 0)
  }

  @Test("between the last token and the result means that there is no result")
  func cancelledBehindLastToken() async throws {
    let model = model(at: -1) {}
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(),
      options: GenerationOptions(maximumTokens: 2))
    let checkpoint = Checkpoint()
    let task = Task {
      var iterator = generation.makeAsyncIterator()
      for _ in 0..<2 { _ = try await iterator.next() }
      try? await checkpoint.wait()
      return try await iterator.next() != nil
    }
    await checkpoint.cancel(task)
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.openReservations == 0)
  }

  @Test("behind the result is no error of an answer that is complete")
  func cancelledBehindResult() async throws {
    let generation = try Generation(
      model: model(at: -1) {}, prompt: Fixture.short(), defense: Fixture.defense(),
      options: GenerationOptions(maximumTokens: 2))
    let checkpoint = Checkpoint()
    let task = Task {
      var count = 0
      for try await event in generation {
        count += 1
        if case .finished = event { try? await checkpoint.wait() }
      }
      return count
    }
    await checkpoint.cancel(task)
    #expect(try await task.value == 3)
  }

  @Test("by leaving the loop frees the memory", arguments: [1, 2, 4])
  func leftLoop(tokens: Int) async throws {
    let model = model(at: -1) {}
    var seen = 0
    for try await _ in try generation(model) {
      seen += 1
      #expect(model.openReservations == 1)
      if seen == tokens { break }
    }
    #expect(model.openReservations == 0)
    // Nothing ran ahead.
    #expect(model.recordedPasses.count == tokens)
  }

  @Test("by dropping an iterator frees the memory, used or not")
  func dropped() async throws {
    let model = model(at: -1) {}
    var iterator: Generation.Iterator? = try generation(model).makeAsyncIterator()
    #expect(model.openReservations == 0)
    _ = try await iterator?.next()
    #expect(model.openReservations == 1)
    iterator = nil
    #expect(model.openReservations == 0)
  }

  @Test("that is the engine's own is passed on and frees the memory", arguments: places, decoders)
  func failed(position: Int, decoder: DecoderKind) async throws {
    let model = model(at: position) { throw Fault() }
    let generation = try generation(model, decoder)
    await #expect(throws: Fault.self) { try await generation.result() }
    #expect(model.openReservations == 0)
    // Only the reference decoder takes a pass for each token.
    if decoder == .reference { #expect(model.recordedPasses.count == position + 1) }
  }

  @Test("ends the iteration: after an error there is nothing more", arguments: places)
  func afterError(position: Int) async throws {
    let model = model(at: position) { throw Fault() }
    var iterator = try generation(model).makeAsyncIterator()
    for _ in 0..<position { #expect(try await iterator.next() != nil) }
    await #expect(throws: Fault.self) { try await iterator.next() }
    for _ in 0..<3 { #expect(try await iterator.next() == nil) }
    #expect(model.recordedPasses.count == position + 1)
  }

  @Test("doesn't come after the end")
  func afterEnd() async throws {
    var iterator = try Generation(
      model: ScriptedModel(predicting: Fixture.saying("")), prompt: Fixture.short(),
      defense: Fixture.defense()
    ).makeAsyncIterator()
    #expect(try await iterator.next() != nil)
    for _ in 0..<3 { #expect(try await iterator.next() == nil) }
  }

  @Test(
    "names a model's numbers that are none",
    arguments: [Float.nan, .infinity], [Aggregator.majorityVote, .meanLogit])
  func notFinite(value: Float, aggregator: Aggregator) async throws {
    for place in [0, 2] {
      let model = ScriptedModel { context in
        let isBad = context.sequence == place && context.answer.count == 1
        return Fixture.logits(["a": 1, "b": isBad ? value : 0])
      }
      let error = await #expect(throws: RESTAError.self) {
        try await Fixture.generate(
          model, defense: Fixture.defense(l: .tokens(place == 0 ? 1 : 4), aggregator: aggregator))
      }
      #expect(error?.code == .nonFiniteOutput)
      #expect(model.openReservations == 0)
    }
  }

  /// An engine that forgets a row of logits.
  private struct ForgetfulModel: LanguageModel {
    let base = ScriptedModel(predicting: Fixture.saying("a"))
    var information: ModelInformation { base.information }
    var tokenizer: any Tokenizer { base.tokenizer }
    var chatTemplate: ChatTemplate? { nil }
    func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix { base.embeddings(of: tokens) }
    func reserve(sequences: Int, cells: Int) -> any SequenceReservation {
      Reservation(base: base.reserve(sequences: sequences, cells: cells))
    }

    final class Reservation: SequenceReservation {
      let base: any SequenceReservation
      init(base: any SequenceReservation) { self.base = base }
      func forward<Row: Sendable>(
        _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
      ) async throws -> [Row] {
        try await base.forward(segments, read: read).dropLast()
      }
      func fork(_ source: Int, to target: Int, length: Int) async throws {}
      func truncate(_ sequence: Int, to length: Int) async throws {}
      func release() async { await base.release() }
    }
  }

  @Test("names an engine that returns too few rows", arguments: [PrefixLength.tokens(0), .all])
  func missingRows(prefix: PrefixLength) async throws {
    let model = ForgetfulModel()
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(l: prefix))
    let error = await #expect(throws: RESTAError.self) { try await generation.result() }
    #expect(error?.code == .engineFailed)
    #expect(model.base.openReservations == 0)
  }
}
