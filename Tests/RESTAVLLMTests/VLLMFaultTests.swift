import Foundation
import NIOCore
import RESTA
import RESTADocuments
import RESTATesting
import Synchronization
import Testing

@testable import RESTAVLLM

@Suite("Faults of vLLM servers", .serialized)
struct VLLMFaultTests {
  private static func failure(_ error: any Error) -> VLLMFailure? {
    (error as? RESTAError)?.cause as? VLLMFailure
  }

  @Test("that pass change no token, whatever breaks where")
  func passing() async throws {
    var generator = SeededGenerator(seed: 77)
    let server = try await ToyServer(.init(model: ToyModel(seed: 0)))
    var broken = 0
    for _ in 0..<60 {
      let toy = ToyModel(seed: generator.next(), agreement: 0.7, ending: 0.03)
      server.become { $0.model = toy }
      let model = try await Toy.connect([server], toy) { $0.attempts = 30 }
      let (seed, share) = (generator.next(), generator.element(of: [0.1, 0.3]))
      server.become { behaviour in
        behaviour.fault = { number in
          var own = SeededGenerator(seed: SeededGenerator.hash([seed, UInt64(number)]))
          guard own.chance(share) else { return own.chance(0.2) ? .buffered : .none }
          let place = own.integer(in: 0...4)
          return own.element(of: [
            .status(429), .status(500), .status(503), .cut(after: place), .half(after: place),
            .garbled(after: place), .error(after: place), .abort(after: place),
          ])
        }
      }
      let defense = Toy.defense(generator.next())
      let expected = try await Toy.answer(toy.scripted(), defense, .reference)
      let actual = try await Toy.answer(model, defense)
      #expect(Toy.isSame(actual, expected), "\(toy) \(defense)")
      if server.bodies.count > actual.totals.passes { broken += 1 }
      server.become { $0.fault = { _ in .none } }
    }
    #expect(broken > 20, "\(broken)")
    try await server.close()
  }

  @Test(
    "that stay end in an error that names the server and what it did",
    arguments: [
      ToyServer.Fault.status(500), .status(429), .cut(after: 0), .half(after: 0),
      .garbled(after: 0), .error(after: 0), .stall(after: 0), .abort(after: 0),
      .status(503, headers: ["Retry-After": "inf"]),
    ])
  func staying(fault: ToyServer.Fault) async throws {
    let toy = ToyModel(seed: 5)
    let server = try await ToyServer(.init(model: toy))
    // Silence alone has to be waited for, and a busy machine may be as silent while it connects.
    let timeout = fault == .stall(after: 0) ? 1.0 : 600
    var connected: VLLMModel?
    for _ in 0..<30 where connected == nil {
      connected = try? await Toy.connect([server], toy) { ($0.attempts, $0.timeout) = (2, timeout) }
    }
    let model = try #require(connected)
    server.become { $0.fault = { _ in fault } }
    do {
      _ = try await Toy.answer(model, Toy.defense(1))
      Issue.record("\(fault) gave an answer")
    } catch let error as RESTAError {
      #expect(error.code == .engineFailed && error.message.contains(server.address))
      #expect(Self.failure(error)?.isRetryable == true, "\(error)")
    }
    #expect(try await Toy.wait { server.running == 0 })
    try await server.close()
  }

  @Test("what a server declined is not asked again", arguments: [400, 401, 404, 422])
  func declined(status: Int) async throws {
    let toy = ToyModel(seed: 5)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    server.become { $0.fault = { _ in .status(status) } }
    do {
      _ = try await Toy.answer(model, .none)
      Issue.record("\(status) gave an answer")
    } catch let error as RESTAError {
      #expect(error.message.contains("HTTP status \(status) (ToyError)"))
      // The server's words may quote a prompt, and messages are logged.
      #expect(error.sensitiveDetail == "told to fail" && !"\(error)".contains("told"))
    }
    #expect(server.bodies.count == 1)
    try await server.close()
  }

  @Test("a server's words on an error are told without the key, and its kind where it is a name")
  func words() throws {
    let reply = JSONValue.object([
      "error": .object(["message": .string("no  k3y\nhere"), "type": .string("Bad Request")])
    ])
    let said = ServerWords(reply, hiding: "Bearer k3y")
    #expect(said.type == nil && said.text == "no (API key) here")
    let named = ServerWords(.object(["detail": .string("gone"), "type": .string("a_B")]))
    #expect(named.type == "a_B" && named.text == "gone")
    #expect(ServerWords(nil).text.isEmpty)
    // At the start, where nothing of a user's was sent, the message has them.
    let url = try #require(URL(string: "http://127.0.0.1:9"))
    let upstream = Upstream(VLLMConnection(url: url, authorization: nil, timeout: 1))
    let failure = VLLMFailure.status(400, says: named, retryAfter: nil)
    let error = failure.explained(at: upstream, attempts: 1, isQuoted: true)
    #expect(error.message.contains("HTTP status 400 (a_B) (it says: 'gone')"))
  }

  @Test("a request to wait is respected, and one to wait too long is an error")
  func patience() async throws {
    let toy = ToyModel(seed: 6)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    server.become { $0.fault = { $0 == 0 ? .status(429, headers: ["Retry-After": "1"]) : .none } }
    let start = ContinuousClock.now
    _ = try await Toy.answer(model, .none)
    #expect(ContinuousClock.now - start >= .seconds(1) && server.bodies.count == 2)
    for seconds in ["3600", "1e30"] {
      server.become { $0.fault = { _ in .status(503, headers: ["Retry-After": seconds]) } }
      await #expect(throws: RESTAError.self) { _ = try await Toy.answer(model, .none) }
      #expect(server.bodies.count == 1)
    }
    try await server.close()
  }

  @Test("a request to wait for long is none to wait where another server answers")
  func patienceElsewhere() async throws {
    let toy = ToyModel(seed: 6)
    let first = try await ToyServer(.init(model: toy))
    let second = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([first, second], toy)
    first.become { $0.fault = { _ in .status(503, headers: ["Retry-After": "3600"]) } }
    let expected = try await Toy.answer(toy.scripted(), Toy.defense(2), .reference)
    #expect(Toy.isSame(try await Toy.answer(model, Toy.defense(2)), expected))
    try await first.close()
    try await second.close()
  }

  @Test("cancelling ends the work of the server, which would have taken an hour")
  func cancellation() async throws {
    let toy = ToyModel(seed: 7, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy) { $0.trust = 3600 }
    server.become { $0.pause = .seconds(300) }
    let task = Task { try await Toy.answer(model, Toy.defense(1, samples: 8)) }
    #expect(try await Toy.wait { server.running >= 5 })
    task.cancel()
    let start = ContinuousClock.now
    #expect(try await Toy.wait { server.running == 0 })
    #expect(ContinuousClock.now - start < .seconds(180))
    await #expect(throws: CancellationError.self) { try await task.value }
    try await server.close()
  }

  @Test("cancelling reaches a request that waits until its server has been looked at again")
  func cancelledLook() async throws {
    let url = try #require(URL(string: "http://127.0.0.1:9"))
    let upstream = Upstream(VLLMConnection(url: url, authorization: nil, timeout: 1))
    upstream.remember([])
    let looking = Mutex(false)
    let task = Task {
      try await upstream.verify(trust: 0) {
        looking.withLock { $0 = true }
        try await Task.sleep(for: .seconds(3600))
        return []
      }
    }
    #expect(try await Toy.wait { looking.withLock { $0 } })
    let start = ContinuousClock.now
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(ContinuousClock.now - start < .seconds(180))
  }

  @Test("leaving the answer early ends the work of the server too")
  func leaving() async throws {
    let toy = ToyModel(seed: 8, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy) { $0.trust = 3600 }
    server.become { $0.pause = .seconds(300) }
    let generation = try Generation(
      model: model, prompt: ToyModel.prompt, defense: Toy.defense(1))
    for try await _ in generation { break }
    #expect(try await Toy.wait { server.running == 0 })
    try await server.close()
  }

  @Test("a draft of any length ends where the window does")
  func longestDraft() async throws {
    let toy = ToyModel(seed: 12, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    let expected = try await Toy.answer(toy.scripted(), Toy.defense(3), .reference)
    let result = try await Generation(
      model: model, prompt: ToyModel.prompt, defense: Toy.defense(3),
      options: GenerationOptions(maximumTokens: 12), plan: DecodingPlan(draft: .fixed(.max))
    ).result()
    #expect(Toy.isSame(result, expected))
    try await server.close()
  }

  @Test("a server that was restarted with other weights is noticed, also while nobody asked")
  func restarted() async throws {
    let toy = ToyModel(seed: 9, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy) { $0.trust = 0.05 }
    _ = try await Toy.answer(model, Toy.defense(1))
    server.become { $0.model = ToyModel(seed: 10, ending: 0) }
    try await Task.sleep(for: .milliseconds(100))
    do {
      _ = try await Toy.answer(model, Toy.defense(1))
      Issue.record("other weights gave an answer")
    } catch let error as RESTAError {
      #expect(Self.failure(error) == .otherWeights, "\(error)")
    }
    // In the middle: the first stream breaks, and what answers then is another model.
    server.become { $0.model = toy }
    let again = try await Toy.connect([server], toy)
    server.become { behaviour in
      behaviour.fault = { $0 == 0 ? .cut(after: 1) : .none }
      behaviour.model = ToyModel(seed: 11, ending: 0)
    }
    await #expect(throws: RESTAError.self) { _ = try await Toy.answer(again, .none) }
    try await server.close()
  }

  @Test("of one of two servers: answers go on at the other, with the same tokens")
  func other() async throws {
    let toy = ToyModel(seed: 12, ending: 0)
    let first = try await ToyServer(.init(model: toy))
    let second = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([first, second], toy)
    let expected = try await Toy.answer(toy.scripted(), Toy.defense(3), .reference)
    first.become { $0.fault = { _ in .cut(after: 2) } }
    try await withThrowingTaskGroup(of: GenerationResult.self) { group in
      for _ in 0..<16 { group.addTask { try await Toy.answer(model, Toy.defense(3)) } }
      for try await actual in group { #expect(Toy.isSame(actual, expected)) }
    }
    #expect(second.bodies.count > first.bodies.count)
    try await first.close()
    try await second.close()
  }

  @Test(
    "of one of two servers that somebody has to mend: it is left alone, and the other answers",
    arguments: [401, 403, 404, nil] as [Int?])
  func broken(status: Int?) async throws {
    let toy = ToyModel(seed: 12, ending: 0)
    let first = try await ToyServer(.init(model: toy))
    let second = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([first, second], toy) {
      ($0.trust, $0.longestPause) = (0.05, 3600)
    }
    let expected = try await Toy.answer(toy.scripted(), Toy.defense(3), .reference)
    first.become { behaviour in
      guard let status else {
        behaviour.model = ToyModel(seed: 13, ending: 0)
        return
      }
      behaviour.fault = { _ in .status(status) }
    }
    try await Task.sleep(for: .milliseconds(100))
    for _ in 0..<4 {
      let actual = try await Toy.answer(model, Toy.defense(3))
      #expect(Toy.isSame(actual, expected))
    }
    // The streams of one answer at most: five copies and the unperturbed prompt.
    #expect(first.bodies.count <= 6)
    // Where no other is left, it is said at once.
    second.become { $0.fault = { _ in .status(404) } }
    await #expect(throws: RESTAError.self) { _ = try await Toy.answer(model, .none) }
    #expect(second.bodies.count == 1)
    try await first.close()
    try await second.close()
  }
}

@Suite("The look at vLLM servers at the start", .serialized)
struct StartCheckTests {
  private static func message(
    _ server: ToyServer, _ toy: ToyModel, dimensions: Int? = nil
  ) async throws -> String? {
    var source = toy.source()
    if let dimensions {
      source.embeddings = {
        EmbeddingMatrix(
          rows: $0.count, dimensions: dimensions,
          values: Array(repeating: 1, count: $0.count * dimensions))
      }
    }
    let settings = try VLLMSettings(urls: server.address, model: "toy")
    do {
      _ = try await VLLMModel.connect(settings, source: source, environment: [:])
      return nil
    } catch let error as RESTAError {
      #expect(error.code == .engineFailed && error.message.contains(server.address))
      return error.message
    }
  }

  @Test("says what is wrong")
  func faults() async throws {
    let toy = ToyModel(seed: 20, ending: 0)
    let right = ToyServer.Behaviour(model: toy)
    let server = try await ToyServer(right)
    #expect(try await Self.message(server, toy) == nil)
    let faults: [(String, @Sendable (inout ToyServer.Behaviour) -> Void)] = [
      ("it has other", { $0.names = ["other"] }), ("0.31.1", { $0.version = "0.31.1" }),
      ("from its token 1 on", { $0.tokensShifted = 1 }),
      ("for the embedding rows", { $0.rowsAreIgnored = true }),
      ("than the one allowed", { $0.allowedTokensAreIgnored = true }),
    ]
    for (words, change) in faults {
      server.become {
        $0 = right
        change(&$0)
      }
      let message = try await Self.message(server, toy)
      #expect(message?.contains(words) == true, "\(words): \(message ?? "nothing")")
    }
    // Each server is asked itself: another one's answer does not pass for its own.
    server.become {
      $0 = right
      $0.allowedTokensAreIgnored = true
    }
    let other = try await ToyServer(right)
    await #expect(throws: RESTAError.self) { _ = try await Toy.connect([server, other], toy) }
    try await other.close()
    server.become { $0 = right }
    #expect(
      try await Self.message(server, toy, dimensions: 3)?.contains("rows of 3 numbers") == true)
    for version in [nil, "0.32", "0.32.1.dev5+gabc"] {
      server.become { $0.version = version }
      #expect(try await Self.message(server, toy) == nil)
    }
    let gone = try await ToyServer(right)
    try await gone.close()
    #expect(try await Self.message(gone, toy)?.contains("the connection failed") == true)
    try await server.close()
  }

  @Test("refuses servers of different weights")
  func different() async throws {
    let toy = ToyModel(seed: 21, ending: 0)
    let first = try await ToyServer(.init(model: toy))
    let second = try await ToyServer(.init(model: ToyModel(seed: 22, ending: 0)))
    let error = await #expect(throws: RESTAError.self) {
      _ = try await Toy.connect([first, second], toy)
    }
    #expect(error?.message.contains(second.address) == true)
    try await first.close()
    try await second.close()
  }

  @Test(
    "an address has to be one",
    arguments: ["", "localhost:8000", "ftp://a", "http://u:p@a", "http://a,http://a/v1"])
  func addresses(text: String) {
    #expect(throws: RESTAError.self) { try VLLMSettings(urls: text, model: "m") }
  }

  @Test(
    "an address ends where /v1 begins, and a host may be called so",
    arguments: [
      ("http://a:1/v1/", "http://a:1"), ("http://v1", "http://v1"), ("http://v1/v1", "http://v1"),
      ("http://v1:8000/", "http://v1:8000"), ("https://a/b/v1", "https://a/b"),
    ])
  func ends(text: String, url: String) throws {
    #expect(try VLLMSettings(urls: text, model: "m").urls.map(\.absoluteString) == [url])
  }
}
