import NIOHTTP1
import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Conversations that a server keeps") struct KeptConversationTests {
  /// A server's part that turns requests into answers.
  private struct Desk {
    let served: ServedModel
    let settings: ServerSettings
    let own = OwnAnswers()
    var conversations: ConversationCache

    init(keeping cells: Int = 100_000, _ change: (inout ServerSettings) -> Void = { _ in }) throws {
      var settings = ServerSettings()
      settings.defense.sticky = .conversation
      settings.defense.samples = 3
      settings.defense.prefix = .tokens(4)
      change(&settings)
      self.settings = settings
      served = try ServedModel(LoadedModel(model: try Self.model()), settings: settings, created: 0)
      conversations = ConversationCache(cells: cells)
    }

    /// What it predicts is a hash of all that a sequence holds: noise that differs in one bit shows.
    private static func model() throws -> ScriptedModel {
      let template = try ChatTemplate(
        source: "<{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]")
      return ScriptedModel(chatTemplate: template) { context in
        var hash: UInt32 = UInt32(truncatingIfNeeded: context.promptLength)
        for value in context.embeddings?.values ?? [] {
          hash = (hash ^ value.bitPattern) &* 16_777_619
        }
        for token in context.answer { hash = (hash ^ UInt32(token)) &* 16_777_619 }
        var logits = [Float](repeating: 0, count: 257)
        logits[97 + Int(hash >> 8 % 3)] = 1
        return logits
      }
    }

    func answer(
      _ messages: [ChatMessage], of client: String, secret: String = secrets[0],
      members: String = #""max_tokens":6,"seed":7"#
    ) async throws -> [GenerationResult] {
      var request = try Reading.chat(members)
      request.messages = messages
      let planner = AnswerPlanner(
        served: served, settings: settings,
        sticky: settings.defense.sticky == .off ? nil : try StickyNoise(secret: secret), own: own,
        conversations: conversations, client: client)
      var results: [GenerationResult] = []
      for generation in try planner.plan(request).generations {
        results.append(try await generation.result())
      }
      return results
    }
  }

  private static let secrets = ["0123456789abcdef", "fedcba9876543210"]

  private struct Answer: Equatable {
    let tokens: [TokenID]
    let votes: [TokenID?]
    init(_ result: GenerationResult) {
      tokens = result.tokenIDs
      votes = result.votes.map(\.tokenID)
    }
  }

  @Test("answer as from nothing, whatever is said in them and by whom")
  func sameAnswers() async throws {
    var (cached, prompts) = (0, 0)
    for seed in UInt64(0)..<25 {
      var generator = SeededGenerator(seed: seed)
      var desk = try Desk(keeping: generator.element(of: [100_000, 700, 100])) {
        if generator.chance(0.5) { $0.prompt.system = "Be kind." }
        $0.defense.decoder = generator.element(of: [.fast, .naive])
      }
      var talks: [(client: String, messages: [ChatMessage])] = ["a", "b", "a"].map { ($0, []) }
      for turn in 0..<12 {
        let index = generator.integer(in: talks.indices.lowerBound...talks.count - 1)
        // A conversation begins anew, goes on, or forgets its last turn.
        if generator.chance(0.1) { talks[index].messages = [] }
        if generator.chance(0.1) {
          talks[index].messages = Array(talks[index].messages.dropLast(2))
        }
        talks[index].messages.append(
          .user(generator.element(of: ["hi", "more", "a longer question"])))
        let members =
          #""max_tokens":\#(generator.integer(in: 1...9)),"seed":7,"n":\#(generator.integer(in: 1...2))"#
        let (client, messages) = talks[index]
        let kept = try await desk.answer(messages, of: client, members: members)
        let keeping = desk.conversations
        desk.conversations = ConversationCache(cells: 0)
        let fresh = try await desk.answer(messages, of: client, members: members)
        desk.conversations = keeping
        #expect(kept.map(Answer.init) == fresh.map(Answer.init), "seed \(seed), turn \(turn)")
        #expect(fresh.allSatisfy { $0.cachedTokens == 0 })
        #expect(keeping.usedCells <= keeping.cells)
        cached += kept[0].cachedTokens
        prompts += kept[0].promptTokens
        desk.own.note([kept[0].text], to: messages, of: client)
        talks[index].messages.append(.assistant(kept[0].text))
      }
    }
    // Of no use where next to nothing was kept.
    #expect(cached > prompts / 5, "\(cached) of \(prompts)")
  }

  @Test("are of one key and one secret: the same texts find nothing of another's")
  func isolation() async throws {
    let desk = try Desk { $0.prompt.system = "Be kind." }
    let messages: [ChatMessage] = [.user("the same question")]
    var seeds: Set<UInt64?> = []
    let clients = [("a", 0), ("b", 0), ("a", 1), (APIKeys.anonymous, 0), ("a\u{301}", 0)]
    for (number, (client, secret)) in clients.enumerated() {
      let first = try await desk.answer(messages, of: client, secret: Self.secrets[secret])[0]
      #expect(first.cachedTokens == 0, "\(client)")
      // What stands in front of the client's text, and nothing of the copies.
      #expect(first.totals.tokensReused == (number == 0 ? 0 : "<[system]Be kind.[user]".count))
      seeds.insert(first.settings.defense.seed)
    }
    #expect(seeds.count == clients.count)
    for (client, secret) in clients {
      let again = try await desk.answer(messages, of: client, secret: Self.secrets[secret])[0]
      #expect(again.cachedTokens == again.promptTokens - 1, "\(client)")
    }
    // Another beginning is another conversation, of the same client too.
    let other = try await desk.answer([.user("the same questions")], of: "a")[0]
    #expect(other.cachedTokens == 0)
  }

  @Test("the operator's prompt is kept for everybody, defended or not, and no client's text is")
  func operatorPrompt() async throws {
    for noise in [NoiseKind.isotropic, .none] {
      let desk = try Desk {
        $0.defense.sticky = false
        $0.defense.noise = noise
        $0.client.off = true
        $0.prompt.system = "Be kind."
      }
      for number in 0..<6 {
        let result = try await desk.answer([.user("question")], of: number < 3 ? "a" : "\(number)")[
          0]
        let length = "<[system]Be kind.[user]".count
        #expect(result.totals.tokensReused == (number == 0 ? 0 : length), "\(noise) \(number)")
        #expect(result.cachedTokens == 0)
      }
      #expect(desk.conversations.count == 1)
      #expect(desk.conversations.usedCells == "<[system]Be kind.[user]".count)
    }
  }

  @Test("show a client what was there of its own, where anything of the defence is shown")
  func usage() async throws {
    let secrets = try ServerSecrets(
      keyFile: "alice=aaaaaaaaaaaaaaaa\nbob=bbbbbbbbbbbbbbbb", environment: [:])
    for (sticky, expose) in [
      (ServerSettings.Sticky.conversation, Exposure.settings), (.conversation, .none),
      (.prompt, .votes),
    ] {
      try await ServerFixture.run(
        {
          $0.defense.sticky = sticky
          $0.client.expose = expose
        }, secrets: secrets
      ) { server in
        func cached(_ key: String, _ more: String = "") async throws -> Int? {
          let body = #"{"messages":[{"role":"user","content":"Hi"}]\#(more)}"#
          let reply = try await server.send(
            "/v1/chat/completions", body,
            headers: ["authorization": "Bearer " + String(repeating: key, count: 16)])
          #expect(reply.status == 200)
          #expect(
            reply.headers.first(name: "x-resta-sticky")
              == (expose == .none ? nil : sticky == .conversation ? "conversation" : "true"))
          return try reply.integer("usage.prompt_tokens_details.cached_tokens")
        }
        guard sticky == .conversation, expose != .none else {
          #expect(try await cached("a") == nil)
          #expect(try await cached("a") == nil)
          return
        }
        #expect(try await cached("a") == 0)
        let own = try await cached("a", #","n":2"#)
        #expect(own == "[user]Hi[assistant]".count - 1)
        #expect(try await cached("b") == 0)
      }
    }
  }
}
