import Foundation
import NIOHTTP1
import RESTA
import RESTADocuments
import RESTATesting
import Synchronization
import Testing

@testable import RESTAVLLM

/// What the tests of the engine share.
enum Toy {
  /// Connects to servers; retries are quick.
  static func connect(
    _ servers: [ToyServer], _ toy: ToyModel, change: (inout VLLMSettings) -> Void = { _ in }
  ) async throws -> VLLMModel {
    var settings = try VLLMSettings(
      urls: servers.map(\.address).joined(separator: ","), model: "toy")
    // What no test waits for must not end one, however busy the machine is.
    (settings.timeout, settings.firstPause) = (600, 0.005)
    change(&settings)
    let model = try await VLLMModel.connect(settings, source: toy.source(), environment: [:])
    for server in servers { server.become { _ in } }
    return model
  }

  static func defense(_ seed: UInt64, samples: Int = 5, prefix: Int = 6) -> DefenseSettings {
    DefenseSettings(
      noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.05, unit: .absolute)),
      samples: samples, prefix: .tokens(prefix), seed: seed)
  }

  static func answer(
    _ model: any LanguageModel, _ defense: DefenseSettings, _ decoder: DecoderKind = .fast,
    tokens: Int = 12
  ) async throws -> GenerationResult {
    try await Generation(
      model: model, prompt: ToyModel.prompt, defense: defense,
      options: GenerationOptions(maximumTokens: tokens), decoder: decoder
    ).result()
  }

  /// Whether an answer is the reference's, with votes of some of the copies or all.
  static func isSame(_ actual: GenerationResult, _ expected: GenerationResult) -> Bool {
    guard actual.tokenIDs == expected.tokenIDs, actual.text == expected.text,
      actual.stopReason == expected.stopReason, actual.votes.count == expected.votes.count
    else { return false }
    return zip(actual.votes, expected.votes).allSatisfy(isPart)
  }

  private static func isPart(_ vote: VoteRecord, of full: VoteRecord) -> Bool {
    guard vote.asked < full.asked else { return vote == full }
    return vote.tokenID == full.tokenID && vote.position == full.position
      && vote.tieBreak == full.tieBreak && vote.margin > full.asked - vote.asked
  }

  /// Waits until something is so, for minutes: no test waits so long.
  static func wait(until condition: () -> Bool) async throws -> Bool {
    for _ in 0..<36_000 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}

@Suite("Answers of vLLM servers", .serialized)
struct VLLMDecodingTests {
  @Test("are those of the reference decoder, over many models", arguments: 0..<4)
  func equals(part: UInt64) async throws {
    var generator = SeededGenerator(seed: 40 + part)
    let server = try await ToyServer(.init(model: ToyModel(seed: 0)))
    var (ties, reopened, early) = (0, 0, 0)
    for _ in 0..<60 {
      let toy = ToyModel(
        seed: generator.next(), agreement: generator.element(of: [1, 0.7, 0.3]),
        ending: generator.element(of: [0, 0.1]))
      server.become { $0.model = toy }
      let model = try await Toy.connect([server], toy)
      var defense = Toy.defense(
        generator.next(), samples: generator.integer(in: 1...8),
        prefix: generator.integer(in: 0...9))
      defense.tieRule = generator.element(of: TieRule.allCases)
      let decoder = generator.element(of: [DecoderKind.fast, .fast, .naive, .reference])
      let expected = try await Toy.answer(toy.scripted(), defense, .reference)
      let actual = try await Toy.answer(model, defense, decoder)
      #expect(Toy.isSame(actual, expected), "\(toy) \(defense)\n\(actual)\n\(expected)")
      let bodies = server.bodies
      #expect(bodies.count == actual.totals.passes)
      let rows = bodies.filter { $0["prompt_embeds"] != nil }
      #expect((actual.totals.uploadedBytes > 0) == !bodies.isEmpty)
      if !rows.isEmpty { #expect(actual.totals.uploadedBytes > 400 * rows.count) }
      ties += actual.votes.count { $0.tieBreak != nil }
      early += actual.votes.count { $0.asked < defense.samples }
      if decoder == .fast, rows.count > defense.samples { reopened += 1 }
      #expect(try await Toy.wait { server.running == 0 })
    }
    #expect(ties > 5 && reopened > 2 && early > 20, "\(ties) \(reopened) \(early)")
    try await server.close()
  }

  @Test("say all that a server could have a default for, and isolate who asks")
  func requests() async throws {
    let toy = ToyModel(seed: 1, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    let one = try await Toy.answer(model, Toy.defense(1))
    let first = server.bodies
    _ = try await Toy.answer(model, Toy.defense(1))
    let second = server.bodies.dropFirst(first.count)
    #expect(one.votes.count == 6)
    for body in first {
      #expect(body["temperature"]?.double == 0 && body["repetition_penalty"]?.double == 1)
      #expect(body["ignore_eos"] == .bool(true) && body["stop_token_ids"]?.array?.count == 1)
      #expect((body["prompt"] == nil) == (body["prompt_embeds"] != nil))
    }
    let salts = (
      Set(first.compactMap { $0["cache_salt"]?.string }),
      Set(second.compactMap { $0["cache_salt"]?.string })
    )
    #expect(salts.0.count == 1 && salts.1.count == 1 && salts.0 != salts.1)
    // A client's own conversations share a salt, which is not its name.
    let cache = ConversationCache()
    server.become { _ in }
    for client in ["alice", "alice", "bob"] {
      _ = try await Generation(
        model: model, prompt: ToyModel.prompt, defense: .none,
        options: GenerationOptions(maximumTokens: 2), conversations: cache.share(of: client)
      ).result()
    }
    let names = server.bodies.compactMap { $0["cache_salt"]?.string }
    #expect(names.count == 3 && names[0] == names[1] && names[1] != names[2])
    #expect(!names.contains("alice"))
    try await server.close()
  }

  @Test("say filters that vLLM takes: none for greedy tokens, and one token for a top-p of 0")
  func filters() async throws {
    let toy = ToyModel(seed: 4, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    let cases: [(temperature: Double, given: Double, topP: Double, topK: Int)] = [
      (0, 0, 1, 0), (0, 0.5, 1, 0), (1, 0, 1, 1), (1, 0.5, 0.5, 0),
    ]
    for row in cases {
      server.become { _ in }
      _ = try await Generation(
        model: model, prompt: ToyModel.prompt, defense: .none,
        options: GenerationOptions(
          maximumTokens: 2,
          sampling: SamplingSettings(temperature: row.temperature, topP: row.given))
      ).result()
      let body = try #require(server.bodies.first)
      #expect(body["top_p"]?.double == row.topP && body["top_k"]?.int == row.topK, "\(row)")
    }
    try await server.close()
  }

  @Test("send the key of the environment, and refuse to start without it")
  func key() async throws {
    let toy = ToyModel(seed: 2)
    let server = try await ToyServer(.init(model: toy))
    var settings = try VLLMSettings(urls: server.address, model: "toy")
    settings.keyVariable = "TOY_KEY"
    let source = toy.source()
    await #expect(throws: RESTAError.self) {
      _ = try await VLLMModel.connect(settings, source: source, environment: [:])
    }
    let model = try await VLLMModel.connect(
      settings, source: source, environment: ["TOY_KEY": "s3cret"])
    server.become { _ in }
    _ = try await Toy.answer(model, .none)
    #expect(server.headers.allSatisfy { $0.first(name: "Authorization") == "Bearer s3cret" })
    #expect(!"\(model.settings)".contains("s3cret"))
    try await server.close()
  }

  @Test("are whole where the connection breaks behind their last token")
  func brokenBehindTheEnd() async throws {
    let server = try await ToyServer(.init(model: ToyModel(seed: 0)))
    let request = PredictionRequest(
      prompt: .tokens(ToyModel.prompt.ids), answer: [], maximumTokens: 8)
    func tokens(_ model: VLLMModel) async throws -> [TokenID] {
      let found = Mutex<[TokenID]>([])
      try await model.streams(for: nil).predict(request) { prediction in
        found.withLock { $0.append(prediction.token) }
      }
      return found.withLock { $0 }
    }
    var ended = 0
    for seed in 0..<10 {
      let toy = ToyModel(seed: UInt64(seed), ending: 0.5)
      server.become { $0.model = toy }
      let model = try await Toy.connect([server], toy)
      let whole = try await tokens(model)
      if whole.count < request.maximumTokens { ended += 1 }
      server.become { $0.fault = { _ in .cut(after: whole.count) } }
      // Where the break overtakes the last event, that alone is asked for again.
      #expect(try await tokens(model) == whole)
      server.become { $0.fault = { _ in .none } }
    }
    #expect(ended > 3)
    try await server.close()
  }

  @Test("are scored as by the reference, also where they fill the context")
  func scores() async throws {
    let toy = ToyModel(seed: 14)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    let prompt = ToyModel.prompt.ids
    for length in [1, 5, model.information.contextLength - prompt.count] {
      let answer = (0..<length).map { TokenID(97 + $0 % 8) }
      let expected = try await AnswerScore.score(answer, after: prompt, model: toy.scripted())
      let actual = try await AnswerScore.score(answer, after: prompt, model: model)
      #expect(actual.tokens == length)
      #expect(abs(actual.meanLogProbability - expected.meanLogProbability) < 1e-6)
    }
    try await server.close()
  }

  @Test("refuse what needs logits, by name")
  func refusals() async throws {
    let toy = ToyModel(seed: 3)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    var defense = Toy.defense(1)
    defense.aggregator = .meanLogit
    await #expect(throws: RESTAError.self) { _ = try await Toy.answer(model, defense) }
    #expect(throws: RESTAError.self) { _ = try model.reserve(sequences: 1, cells: 1) }
    try await server.close()
  }

  @Test("that begin at once are shared out among the servers") func shares() throws {
    let url = try #require(URL(string: "http://127.0.0.1:9"))
    let upstreams = (0..<3).map { _ in
      Upstream(VLLMConnection(url: url, authorization: nil, timeout: 1))
    }
    let client = VLLMClient(
      settings: try VLLMSettings(urls: "http://127.0.0.1:9", model: "toy"),
      pool: UpstreamPool(upstreams: upstreams), endings: [], limit: ConcurrencyLimit(1),
      rows: { _ in throw CancellationError() }, probe: [])
    do {
      let sessions = (0..<6).map { _ in VLLMClient.Session(client, salt: "") }
      withExtendedLifetime(sessions) {
        #expect(upstreams.map { $0.load.generations } == [2, 2, 2])
      }
    }
    #expect(upstreams.map { $0.load.generations } == [0, 0, 0])
  }
}
