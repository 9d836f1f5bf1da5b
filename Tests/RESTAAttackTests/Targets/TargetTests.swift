import Foundation
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Synchronization
import Testing

@testable import RESTAAttack

@Suite("Targets") struct TargetTests {
  @Test(
    "an endpoint that is not this machine is refused, however it is written",
    arguments: [
      "http://example.org/v1", "https://10.0.0.1:8080", "http://0.0.0.0:8080", "http://126.0.0.1",
      "http://128.0.0.1", "http://localhost.example.org", "http://127.0.0.1.example.org",
      "http://2130706433", "http://0x7f.0.0.1", "http://0177.0.0.1", "http://127.1",
      "http://127.0.0.256", "http://[::2]:80", "http://[::ffff:127.0.0.1]", "http://user@127.0.0.1",
      "http://127.0.0.1@example.org", "http://127.0.0.1:80@example.org", "ftp://127.0.0.1",
      "http://192.168.1.1", "http://127.0.0.1%2eexample.org", "http://foo.localhost",
      "127.0.0.1:80", "",
    ])
  func elsewhere(address: String) {
    let error = #expect(throws: EvaluationError.self, "\(address)") {
      try EndpointTarget(EndpointSettings(baseURL: address, model: "m"), maximumTokens: 8)
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("judge") == false, "\(error?.message ?? "")")
  }

  @Test(
    "this machine is not",
    arguments: [
      "http://127.0.0.1:8080", "http://127.8.9.10", "http://[::1]:8080/v1", "http://localhost:1",
      "http://LOCALHOST:8080/v1/chat/completions",
    ])
  func here(address: String) throws {
    _ = try EndpointTarget(EndpointSettings(baseURL: address, model: "m"), maximumTokens: 8)
  }

  @Test("where no server is, its address is named, and what to do") func nobody() async throws {
    // Nothing listens there.
    var settings = EndpointSettings(baseURL: "http://127.0.0.1:9", model: "m")
    settings.attempts = 1
    let target = try EndpointTarget(settings, maximumTokens: 8)
    let error = await #expect(throws: EvaluationError.self) {
      try await target.answer(AttackRequest("ask"), seed: 1)
    }
    let message = error?.message ?? ""
    #expect(message.hasPrefix("The connection to http://127.0.0.1:9 failed ("), "\(message)")
    #expect(message.hasSuffix(" Start the server there, or name another address with --endpoint."))
  }

  @Test("an endpoint's query costs what its server counts, and never more than was reserved")
  func endpointCost() {
    var generator = SeededGenerator(seed: 5)
    var (counted, capped) = (0, 0)
    for _ in 0..<500 {
      let messages = (0..<generator.integer(in: 1...4)).map { _ in
        ChatMessage.user(String(repeating: "é", count: generator.integer(in: 0...40)))
      }
      let limit = generator.integer(in: 1...30)
      var reply = ChatReply(String(repeating: "x", count: generator.integer(in: 0...200)))
      if generator.chance(0.7) {
        reply.counted = ChatReply.Counted(
          prompt: generator.integer(in: 0...120), completion: generator.integer(in: 0...20))
      }
      let bytes = messages.reduce(0) { $0 + $1.content.utf8.count }
      let most = EndpointTarget.most(messages)
      #expect(most == bytes + 16 * messages.count)
      let cost = EndpointTarget.cost(of: messages, reply, limit: limit)
      #expect((0...most).contains(cost.prompt) && (0...limit).contains(cost.answer))
      if let told = reply.counted, told.prompt <= most, told.completion <= limit {
        #expect(cost.prompt == told.prompt && cost.answer == told.completion)
        counted += 1
      } else if reply.counted != nil {
        capped += 1
      } else {
        #expect(cost.prompt * 4 >= bytes && cost.answer <= (reply.text.utf8.count + 3) / 4)
      }
    }
    #expect(counted >= 50 && capped >= 50)
  }

  private static let template = try? ChatTemplate(
    source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>")

  /// A model that repeats the last bytes of what it was fed, so that a prompt can be read in its answer.
  private static func subject(_ script: @escaping @Sendable (ScriptedModel.Context) -> TokenID)
    -> (Subject, ScriptedModel)
  {
    let model = ScriptedModel(predicting: script)
    return (
      Subject(
        model: model, template: template, system: "S", options: GenerationOptions(maximumTokens: 6)),
      model
    )
  }

  private static func prompt(of model: ScriptedModel) -> String {
    let tokens = model.recordedPasses.flatMap { $0 }.flatMap { segment -> [TokenID] in
      guard case .tokens(let tokens) = segment.input, tokens.count > 1 else { return [] }
      return tokens
    }
    return String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }

  @Test("a request's turns, system text and opening reach the model as they are")
  func request() async throws {
    let (subject, model) = Self.subject { $0.answer.isEmpty ? 65 : 256 }
    let target = ModelTarget(subject: subject, defense: Undefended())
    var request = AttackRequest(
      "ask", behind: [.system("mine"), .user("one"), .assistant("two")])
    request.opening = AnswerOpening("Sure,")
    let answer = try await target.answer(request, seed: 1)
    let whole = "<system>S\n\nmine<user>one<assistant>two<user>ask<model>Sure,"
    #expect(Self.prompt(of: model) == whole)
    #expect(answer.text == "A" && answer.answerTokens == 1)
    #expect(answer.promptTokens == whole.utf8.count)
    #expect(try target.worstCase(of: request) == whole.utf8.count + 6)
    request.extraTokens = 10
    #expect(try target.worstCase(of: request) == whole.utf8.count + 16)
  }

  @Test("an endpoint gets one system message, the attacker's behind the operator's")
  func endpointSystem() throws {
    let turns: [ChatMessage] = [.user("one"), .assistant("two"), .user("ask")]
    let request = AttackRequest("ask", behind: [ChatMessage.system("mine")] + turns.dropLast())
    let settings = EndpointSettings(baseURL: "http://127.0.0.1:9", model: "m")
    for (system, whole) in [(nil, "mine"), ("S", "S\n\nmine")] as [(String?, String)] {
      let target = try EndpointTarget(settings, maximumTokens: 8, system: system)
      #expect(target.messages(of: request) == [ChatMessage.system(whole)] + turns)
    }
  }

  @Test("a prompt that does not fit is a query without an answer") func tooLong() async throws {
    let model = ScriptedModel(contextLength: 16) { _ in 65 }
    let subject = Subject(
      model: model, template: Self.template, options: GenerationOptions(maximumTokens: 6))
    let target = ModelTarget(subject: subject, defense: Undefended())
    let error = await #expect(throws: UnanswerableRequest.self) {
      try await target.answer(AttackRequest("a long request indeed"), seed: 1)
    }
    #expect(error?.promptTokens == "<user>a long request indeed<model>".utf8.count)
  }

  /// The sequences that predicted at each position of the answer.
  private static func votes(_ opening: AnswerOpening?, prefix: Int) async throws -> [Int] {
    let (subject, _) = subject { $0.answer.count < 5 ? 65 : 256 }
    var asked = subject
    asked.opening = opening
    let defense = RestaDefense(
      DefenseSettings(
        noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.1, unit: .relative)),
        samples: 3, prefix: .tokens(prefix)))
    let answer = try await defense.answer("ask", from: asked, seed: 1)
    #expect(answer.text == "AAAAA")
    return answer.votes.map(\.position)
  }

  @Test("the window lies behind an opening, unless the opening counts") func window() async throws {
    #expect(try await Self.votes(nil, prefix: 4) == [0, 1, 2, 3])
    #expect(try await Self.votes(AnswerOpening("xyz"), prefix: 4) == [0, 1, 2, 3])
    #expect(try await Self.votes(AnswerOpening("xyz", countsInWindow: true), prefix: 4) == [0])
    #expect(try await Self.votes(AnswerOpening("xyzv", countsInWindow: true), prefix: 4) == [])
    #expect(try await Self.votes(AnswerOpening("xyzvw", countsInWindow: true), prefix: 4) == [])
    #expect(try await Self.votes(AnswerOpening("x", countsInWindow: true), prefix: 99).count == 6)
  }

  @Test("both decoders see the same opening, and perturb the same tokens") func decoders()
    async throws
  {
    for counts in [false, true] {
      var answers: [[TokenID]] = []
      for decoder in [DecoderKind.reference, .fast] {
        let model = ScriptedModel { context in
          let words = (context.embeddings?.values ?? []).map { UInt64($0.bitPattern) }
          if context.answer.count == 8 { return 256 }
          return 97
            + TokenID(
              SeededGenerator.hash(words + context.answer.map { UInt64($0) }) % 3)
        }
        var subject = Subject(
          model: model, template: Self.template, options: GenerationOptions(maximumTokens: 9))
        subject.opening = AnswerOpening("Sure, he", countsInWindow: counts)
        let defense = RestaDefense(
          DefenseSettings(
            noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.5, unit: .relative)),
            samples: 5, prefix: .tokens(12)), decoder: decoder)
        let answer = try await defense.answer("ask", from: subject, seed: 7)
        #expect(answer.notes["perturbed_tokens"] == .integer(3))
        #expect(model.openReservations == 0)
        answers.append(answer.tokenIDs)
      }
      #expect(answers[0] == answers[1])
    }
  }

  @Test("the coherence of an answer is read behind its opening") func coherence() async throws {
    let subject = Subject(
      model: ScriptedModel { _ in 65 }, template: Self.template, options: GenerationOptions())
    var opened = subject
    opened.opening = AnswerOpening("Sure,")
    #expect(try opened.tokenize("x").ids.count == subject.tokenize("x").ids.count + 5)
    let spelled = "<|end|>"
    opened.opening = AnswerOpening(spelled)
    let tokens = try opened.tokenize("x").tokens.suffix(spelled.utf8.count)
    #expect(tokens.allSatisfy { !$0.isControl && $0.id < 256 })
  }
}
