import RESTA
import RESTATesting
import Testing

@testable import RESTA

@Suite("ChatSession")
struct ChatSessionTests {
  private struct Fault: Error {}

  private func session(
    _ model: ScriptedModel, instructions: String? = nil, transcript: [ChatMessage] = []
  ) -> ChatSession {
    ChatSession(
      model: model, instructions: instructions, transcript: transcript,
      defense: Fixture.defense(k: 3, l: .tokens(2)))
  }

  @Test("answers, and keeps whole turns, the instructions first")
  func turns() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("yes"))
    let session = session(model, instructions: "be brief")
    #expect(session.transcript == [.system("be brief")])
    #expect(!session.isResponding)
    let first = try await session.respond(to: "one?")
    #expect(first.text == "yes")
    #expect(first.votes.count == 2)
    #expect(session.transcript == [.system("be brief"), .user("one?"), .assistant("yes")])
    _ = try await session.respond(to: "two?")
    #expect(
      session.transcript == [
        .system("be brief"), .user("one?"), .assistant("yes"), .user("two?"), .assistant("yes"),
      ])
    #expect(!session.isResponding)
    #expect(model.openReservations == 0)
    // Every user turn is perturbed, nothing else is.
    #expect(
      SessionFixture.prompts(model) == [
        "<system>be brief<user>????",
        // What stands in front was kept.
        "<assistant>yes<user>????",
      ])
  }

  @Test("continues an earlier conversation, behind the instructions")
  func earlierTranscript() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("c"))
    let session = session(
      model, instructions: "s", transcript: [.user("a"), .assistant("b")])
    _ = try await session.respond(to: "")
    #expect(
      session.transcript == [
        .system("s"), .user("a"), .assistant("b"), .user(""), .assistant("c"),
      ])
    #expect(SessionFixture.prompts(model) == ["<system>s<user>?<assistant>b<user>"])
  }

  @Test("has no system prompt of its own")
  func noInstructions() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("c"))
    let session = session(model)
    #expect(session.transcript.isEmpty)
    _ = try await session.respond(to: "a")
    #expect(session.transcript == [.user("a"), .assistant("c")])
  }

  @Test("starts with the settings recommended for the model, and the options given with a prompt")
  func settings() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("abcdef"))
    let session = ChatSession(model: model, options: GenerationOptions(maximumTokens: 3))
    let one = try await session.respond(to: "a")
    #expect(one.text == "abc")
    var defense = one.settings.defense
    defense.seed = nil
    #expect(defense == .recommended(for: model.information))
    let two = try await session.respond(to: "b", options: GenerationOptions(maximumTokens: 1))
    #expect(two.text == "a")
    // One noise for the whole conversation, unless nothing of it is kept.
    #expect(one.settings.defense.seed == two.settings.defense.seed)
  }

  @Test("streams what it would have answered")
  func streaming() async throws {
    for stop in [[], ["d"], ["€f!"]] {
      let model = try SessionFixture.model(predicting: Fixture.saying("abc€f"))
      let session = session(model)
      var text = ""
      var tokens: [TokenID] = []
      var results: [GenerationResult] = []
      for try await event in session.streamResponse(
        to: "q", options: GenerationOptions(maximumTokens: 6, stop: stop))
      {
        switch event {
        case .token(let token):
          text += token.text
          tokens.append(token.id)
          #expect(session.isResponding)
          #expect(session.transcript.isEmpty)
        case .text(let rest): text += rest
        case .finished(let result): results.append(result)
        }
      }
      let result = try #require(results.first)
      #expect(results.count == 1)
      #expect(text == result.text)
      #expect(tokens == result.tokenIDs)
      #expect(session.transcript == [.user("q"), .assistant(result.text)])
      #expect(!session.isResponding)
    }
  }

  @Test("answers one prompt at a time")
  func busy() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("abc"))
    let session = session(model)
    var iterator = session.streamResponse(to: "first").makeAsyncIterator()
    // Nothing has started yet.
    #expect(!session.isResponding)
    _ = try await iterator.next()
    #expect(session.isResponding)
    let error = await #expect(throws: RESTAError.self) { try await session.respond(to: "second") }
    #expect(error?.code == .sessionBusy)
    // The refused turn frees nothing that isn't its own.
    #expect(session.isResponding)
    while try await iterator.next() != nil {}
    #expect(session.transcript == [.user("first"), .assistant("abc")])
    _ = try await session.respond(to: "third")
    #expect(session.transcript.count == 4)
  }

  @Test("is free again, and unchanged, when the loop is left", arguments: [1, 2, 3])
  func leftLoop(tokens: Int) async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("abcdef"))
    let session = session(model, instructions: "s")
    var seen = 0
    for try await _ in session.streamResponse(to: "q") {
      seen += 1
      if seen == tokens { break }
    }
    #expect(!session.isResponding)
    #expect(session.transcript == [.system("s")])
    #expect(model.openReservations == 0)
    _ = try await session.respond(to: "again")
    #expect(session.transcript.count == 3)
  }

  @Test("is unchanged by a turn that is cancelled", arguments: [0, 1, 4])
  func cancelled(position: Int) async throws {
    let checkpoint = Checkpoint()
    let model = try SessionFixture.model { context in
      if context.answer.count == position { try await checkpoint.wait() }
      return Fixture.logits(["a": 1])
    }
    let session = session(model, transcript: [.user("a"), .assistant("b")])
    let task = Task { try await session.respond(to: "q") }
    await checkpoint.cancel(task)
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(session.transcript == [.user("a"), .assistant("b")])
    #expect(!session.isResponding)
    #expect(model.openReservations == 0)
  }

  @Test("either throws or keeps the turn, also when it is cancelled at the very end")
  func cancelledAtEnd() async throws {
    let checkpoint = Checkpoint()
    let model = try SessionFixture.model { context in
      if context.answer.count == 3 { try? await checkpoint.wait() }
      return Fixture.logits([context.answer.count < 3 ? "a" : ".": 1])
    }
    let session = session(model)
    let task = Task { try await session.respond(to: "q") }
    await checkpoint.cancel(task)
    switch await task.result {
    case .success(let result):
      #expect(session.transcript == [.user("q"), .assistant(result.text)])
    case .failure: #expect(session.transcript.isEmpty)
    }
    #expect(!session.isResponding)
  }

  @Test("is unchanged by a turn that fails", arguments: [0, 1, 4])
  func failed(position: Int) async throws {
    let model = try SessionFixture.model { context in
      if context.answer.count == position { throw Fault() }
      return Fixture.logits(["a": 1])
    }
    let session = session(model)
    await #expect(throws: Fault.self) { try await session.respond(to: "q") }
    #expect(session.transcript.isEmpty)
    #expect(!session.isResponding)
    #expect(model.openReservations == 0)
  }

  @Test("is unchanged by a turn that cannot even begin")
  func refused() async throws {
    let model = try SessionFixture.model(template: nil, predicting: Fixture.saying("a"))
    let session = session(model, transcript: [.user("a"), .assistant("b")])
    let error = await #expect(throws: RESTAError.self) { try await session.respond(to: "q") }
    #expect(error?.code == .invalidTemplate)
    #expect(error?.message.contains("--chat-template") == true)
    #expect(session.transcript.count == 2)
    #expect(!session.isResponding)
    let settings = await #expect(throws: RESTAError.self) {
      try await session.respond(to: "q", options: GenerationOptions(maximumTokens: 0))
    }
    #expect(settings != nil)
    #expect(!session.isResponding)
  }

  @Test(
    "ends a stream with its error: asking on doesn't start the turn again", arguments: [0, 1, 4])
  func afterError(position: Int) async throws {
    let model = try SessionFixture.model { context in
      if context.answer.count == position { throw Fault() }
      return Fixture.logits(["a": 1])
    }
    let session = session(model)
    var iterator = session.streamResponse(to: "q").makeAsyncIterator()
    for _ in 0..<position { #expect(try await iterator.next() != nil) }
    await #expect(throws: Fault.self) { try await iterator.next() }
    let passes = model.recordedPasses.count
    for _ in 0..<2 { #expect(try await iterator.next() == nil) }
    #expect(model.recordedPasses.count == passes)
    #expect(!session.isResponding)
  }

  @Test("starts a stream anew each time that it is iterated")
  func iteratedTwice() async throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("a"))
    let session = session(model)
    let stream = session.streamResponse(to: "q")
    for try await _ in stream {}
    for try await _ in stream {}
    #expect(session.transcript == [.user("q"), .assistant("a"), .user("q"), .assistant("a")])
  }
}

/// A session's model: its template writes `<role>content` for each message.
enum SessionFixture {
  static let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"

  static func model(
    template: String? = template,
    predicting predict: @escaping @Sendable (ScriptedModel.Context) -> TokenID
  ) throws -> ScriptedModel {
    try model(template: template) { context in
      var logits = [Float](repeating: 0, count: Fixture.vocabulary)
      logits[Int(predict(context))] = 1
      return logits
    }
  }

  static func model(
    template: String? = template, script: @escaping ScriptedModel.Script
  ) throws -> ScriptedModel {
    ScriptedModel(
      chatTemplate: try template.map { try ChatTemplate(source: $0) }, script: script)
  }

  /// The prompts that the copies of sequence 1 were given, as text with noisy bytes as `?`.
  static func prompts(_ model: ScriptedModel) -> [String] {
    var prompts: [String] = []
    var shared: [UInt8] = []
    for pass in model.recordedPasses {
      // What a copy is not fed itself, it shares with the unperturbed sequence, which is fed that first.
      if pass.count == 1, pass[0].outputs == .none, let tokens = pass[0].tokens {
        shared = tokens.map { UInt8($0) }
      }
      for segment in pass {
        guard segment.sequence == 1, let matrix = segment.matrix else { continue }
        let own = (0..<matrix.rows).map { row in
          let value = matrix[row: row].first ?? 0
          let plain = matrix[row: row].dropFirst().first == 1
          return plain ? UInt8(value - 1) : UInt8(ascii: "?")
        }
        prompts.append(String(decoding: shared + own, as: UTF8.self))
        shared = []
      }
    }
    return prompts
  }
}
