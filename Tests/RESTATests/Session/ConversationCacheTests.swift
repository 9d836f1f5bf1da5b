import RESTATesting
import Testing

@testable import RESTA

@Suite("Conversations") struct ConversationCacheTests {
  /// One request, with a cache or from nothing.
  private static func generation(
    _ conversation: DrawnConversation, on model: any LanguageModel,
    _ share: ConversationCache.Share?
  ) throws -> Generation {
    try Generation(
      model: model, prompt: conversation.prompt, defense: conversation.defense,
      options: conversation.options, conversations: share)
  }

  /// Stops after some events.
  private static func stop(_ generation: Generation, after events: Int) async throws {
    var iterator = generation.makeAsyncIterator()
    for _ in 0..<events { _ = try await iterator.next() }
  }

  @Test(
    "A kept conversation's answers are those from nothing, whatever is asked in it",
    arguments: [false, true])
  func sameAnswers(checkpoints: Bool) async throws {
    var reused = 0
    var computed = 0
    for seed in UInt64(0)..<200 {
      var generator = SeededGenerator(seed: seed + 1_000)
      let model = ScheduledModel()
      // From ample to hardly anything.
      let cache = ConversationCache(cells: generator.element(of: [100_000, 400, 60, 10]))
      var conversation = DrawnConversation(
        seed: seed, system: [5, 6, 7], checkpoints: checkpoints)
      for turn in 0..<5 {
        conversation.next()
        let share = cache.share(of: generator.element(of: ["a", "a", "a", "b", nil]))
        if conversation.isStopped() {
          try await Self.stop(
            try Self.generation(conversation, on: model, share),
            after: generator.integer(in: 0...3))
        }
        if generator.chance(0.05) { await cache.removeAll() }
        let kept = try await Self.generation(conversation, on: model, share).result()
        let fresh = try await Self.generation(conversation, on: ScheduledModel(), nil).result()
        #expect(Answer(kept) == Answer(fresh), "seed \(seed), turn \(turn)")
        #expect(cache.usedCells <= cache.cells)
        #expect(kept.cachedTokens < kept.promptTokens)
        reused += kept.totals.tokensReused
        computed += kept.totals.tokensProcessed
        conversation.answer(kept.tokenIDs)
      }
      #expect(await model.engine.violations.isEmpty, "seed \(seed)")
    }
    // The cases are of no use where next to nothing is kept.
    #expect(reused > computed / 20, "\(reused) reused, \(computed) computed")
  }

  @Test("Several clients at once, with hardly any room, have the answers that they have alone")
  func manyClients() async throws {
    let model = ScheduledModel(usual: SequenceRoom(sequences: 16, cells: 500))
    let cache = ConversationCache(cells: 600)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in UInt64(0)..<8 {
        group.addTask {
          var conversation = DrawnConversation(seed: 77 + client, system: [5, 6, 7])
          for turn in 0..<8 {
            conversation.next()
            let kept = try await Self.generation(
              conversation, on: model, cache.share(of: "client \(client)")
            ).result()
            let fresh = try await Self.generation(conversation, on: ScheduledModel(), nil).result()
            #expect(Answer(kept) == Answer(fresh), "client \(client), turn \(turn)")
            conversation.answer(kept.tokenIDs)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await model.engine.violations.isEmpty)
    #expect(cache.usedCells <= cache.cells)
  }

  @Test("What one client said is never of use to another, and the operator's beginning is to all")
  func isolation() async throws {
    for seed in UInt64(0)..<30 {
      let model = ScheduledModel(usual: SequenceRoom(sequences: 64, cells: 4_000))
      let cache = ConversationCache()
      var conversation = DrawnConversation(seed: seed, system: [5, 6, 7])
      conversation.next()
      let prompt = conversation.prompt
      for client in ["a", "b", nil, "c", nil] {
        let result = try await Self.generation(conversation, on: model, cache.share(of: client))
          .result()
        let again = client == "b" || client == "c"
        #expect(result.cachedTokens == 0, "seed \(seed)")
        #expect(result.totals.tokensReused <= prompt.operatorTokens)
        if again { #expect(result.totals.tokensReused == prompt.operatorTokens) }
      }
      let own = try await Self.generation(conversation, on: model, cache.share(of: "a")).result()
      #expect(own.cachedTokens == own.promptTokens - 1)
    }
  }

  /// A value around a model that keeps its sequences.
  private struct WrappedModel: LanguageModel {
    let base: ScheduledModel
    var information: ModelInformation { base.information }
    var tokenizer: any Tokenizer { base.tokenizer }
    var chatTemplate: ChatTemplate? { nil }
    func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix { base.embeddings(of: tokens) }
    func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
      try await base.reserve(sequences: sequences, cells: cells)
    }
  }

  @Test("Nothing is kept of a model that is a value: it has no identity to be known by")
  func valueModel() async throws {
    let model = WrappedModel(base: ScheduledModel())
    let cache = ConversationCache()
    var conversation = DrawnConversation(seed: 3, system: [5, 6, 7])
    conversation.next()
    _ = try await Self.generation(conversation, on: model, cache.share(of: "a")).result()
    #expect(cache.count == 0)
    _ = try await Self.generation(conversation, on: model.base, cache.share(of: "a")).result()
    #expect(cache.count == 1)
  }

  @Test("A thousand turns take no more room than the bound, and no sequence is lost")
  func bounded() async throws {
    let model = ScheduledModel(usual: SequenceRoom(sequences: 24, cells: 2_000))
    let cache = ConversationCache(cells: 1_000)
    var conversations = (0..<5).map { DrawnConversation(seed: UInt64($0), system: [5, 6, 7]) }
    for turn in 0..<1_000 {
      let client = turn % 5
      conversations[client].next()
      if conversations[client].prompt.tokens.count > 200 {
        conversations[client] = DrawnConversation(seed: UInt64(turn), system: [5, 6, 7])
        conversations[client].next()
      }
      let result = try await Self.generation(
        conversations[client], on: model, cache.share(of: "\(client)")
      ).result()
      conversations[client].answer(result.tokenIDs)
      #expect(cache.usedCells <= 1_000)
    }
    #expect(await model.engine.violations.isEmpty)
    let room = await model.scheduler.pool.keptRoom
    #expect(room.cells <= 1_000 && room.sequences <= 64)
    await cache.removeAll()
    #expect(await model.scheduler.pool.keptRoom == .none)
    // What is no more is dropped in front of the next pass.
    let last = try await model.reserve(sequences: 1, cells: 1)
    _ = try await last.forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
    #expect(await model.engine.usedCells == 1)
  }

  @Test("A turn computes what is new in it")
  func newPositions() async throws {
    let model = ScheduledModel(usual: SequenceRoom(sequences: 64, cells: 4_000))
    let cache = ConversationCache()
    var defense = DrawnConversation(seed: 1, system: []).defense
    defense.prefix = .tokens(2)
    var tokens: [PromptToken] = []
    var spans: [RenderedPrompt.ContentSpan] = []
    func append(_ ids: [TokenID], _ role: ChatMessage.Role) {
      let start = tokens.count
      for id in ids {
        tokens.append(
          PromptToken(
            id: id, bytes: tokens.count..<tokens.count + 1, messageIndex: spans.count, role: role,
            isControl: false))
      }
      spans.append(
        RenderedPrompt.ContentSpan(
          messageIndex: spans.count, role: role, range: start..<tokens.count))
    }
    var costs: [Int] = []
    for _ in 0..<20 {
      append(Array(repeating: 9, count: 10), .user)
      let prompt = TokenizedPrompt(
        rendered: RenderedPrompt(text: String(repeating: "x", count: tokens.count), spans: spans),
        tokens: tokens, defusedControlText: false)
      let result = try await Generation(
        model: model, prompt: prompt, defense: defense,
        options: GenerationOptions(maximumTokens: 6),
        plan: DecodingPlan(draft: .fixed(0), firstWave: .fixed(4)),
        conversations: cache.share(of: "a")
      ).result()
      costs.append(result.totals.tokensProcessed)
      append(result.tokenIDs, .assistant)
    }
    // The new turn; what each was not fed of the last answer, 1 and 5 tokens; and the answer, of which
    // the last token, and for the copies all behind the first, is not fed.
    #expect(costs.dropFirst().allSatisfy { $0 == (1 + 10 + 5) + 4 * (5 + 10 + 1) }, "\(costs)")
  }
}
