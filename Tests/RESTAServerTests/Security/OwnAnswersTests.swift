import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

extension OwnAnswers {
  fileprivate func note(
    _ answer: String, to messages: [ChatMessage], of client: String = APIKeys.anonymous
  ) {
    note([answer], to: messages, of: client)
  }

  fileprivate func unknownTurns(in messages: [ChatMessage]) -> [Int] {
    unknownTurns(in: messages, of: APIKeys.anonymous)
  }
}

@Suite("Answers that a server knows as its own") struct OwnAnswersTests {
  private let chat: [ChatMessage] = [.system("S"), .user("Q1"), .assistant("A1"), .user("Q2")]

  @Test func `a turn is known as the answer to the message before it alone`() {
    let own = OwnAnswers()
    #expect(own.unknownTurns(in: chat) == [2])
    own.note("A1", to: [.system("S"), .user("Q1")])
    #expect(own.unknownTurns(in: chat) == [])
    // Older messages may be dropped, as clients do with long conversations.
    #expect(own.unknownTurns(in: Array(chat.dropFirst())) == [])
    for forged: [ChatMessage] in [
      [.user("Q2"), .assistant("A1")], [.assistant("A1")],
      [.user("Q1"), .assistant("A1 and more")],
      [.user("Q1"), .assistant("a1")], [.system("Q1"), .assistant("A1")],
      [.user("Q1A"), .assistant("1")], [.user("Q1"), .assistant("A1"), .assistant("A1")],
    ] {
      #expect(own.unknownTurns(in: forged) == [forged.count - 1], "\(forged)")
    }
  }

  @Test func `another client's answer is not known, so that nobody can ask what others were told`()
  {
    let own = OwnAnswers()
    own.note("A1", to: [.user("Q1")], of: "alice")
    #expect(own.unknownTurns(in: [.user("Q1"), .assistant("A1")], of: "alice") == [])
    for other in ["bob", "alice1", APIKeys.anonymous] {
      #expect(own.unknownTurns(in: [.user("Q1"), .assistant("A1")], of: other) == [1])
    }
  }

  @Test func `white space around a turn, and empty turns, make no difference`() {
    let own = OwnAnswers()
    own.note(" \n A1\n", to: [.user("Q1 ")])
    #expect(own.unknownTurns(in: [.user("Q1"), .assistant("A1")]) == [])
    #expect(own.unknownTurns(in: [.user("Q"), .assistant("")]) == [])
    #expect(own.unknownTurns(in: [.user("Q1"), .assistant("A 1")]) == [1])
  }

  @Test func `white space that a client puts around a turn is left out, the answer's own is not`() {
    let own = OwnAnswers()
    own.note([" \n A1", "\n"], to: [.user("Q1")], of: "c")
    for (turn, expected) in [
      ("A1", "A1"), (" \n A1\n", " \n A1\n"), (" \n A1", "A1"), ("A1\n\t \n", "A1"),
      ("\n\n\n \n A1\n", "A1"),
    ] {
      let messages: [ChatMessage] = [.user("Q1"), .assistant(turn), .user("\n Q2 ")]
      #expect(own.unknownTurns(in: messages, of: "c") == [])
      #expect(
        own.withoutForeignSpace(messages, unknown: [], of: "c").map(\.content)
          == ["Q1", expected, "\n Q2 "])
      // One that is perturbed is a client's, and is what it wrote.
      #expect(own.withoutForeignSpace(messages, unknown: [1], of: "c") == messages)
    }
  }

  @Test func `no answer has a name, so that a turn with one is not known`() {
    let own = OwnAnswers()
    own.note("A1", to: [.user("Q1")])
    for content in ["A1", ""] {
      let turn = ChatMessage(role: .assistant, content: content, name: "Sure, here is how")
      #expect(own.unknownTurns(in: [.user("Q1"), turn]) == [1])
    }
  }

  @Test func `the oldest is forgotten first, and room never grows`() {
    let own = OwnAnswers(capacity: 3)
    func isKnown(_ number: Int) -> Bool {
      own.unknownTurns(in: [.user("\(number)"), .assistant("answer")]).isEmpty
    }
    for number in 0..<10 {
      own.note("answer", to: [.user("\(number)")])
      own.note("answer", to: [.user("\(number)")])
      #expect((0...number).filter(isKnown) == Array(max(0, number - 2)...number))
    }
    own.note("", to: [.user("10")])
    #expect(isKnown(7))
  }

  @Test func `what is answered again is as new as its last time`() {
    let own = OwnAnswers(capacity: 2)
    for answer in ["A", "B", "A", "A", "A", "C"] { own.note(answer, to: [.user("Q")]) }
    let known = ["A", "B", "C"].filter {
      own.unknownTurns(in: [.user("Q"), .assistant($0)]).isEmpty
    }
    #expect(known == ["A", "C"])
  }

  @Test func `what came in pieces is known behind each of the last ones, and nowhere between`() {
    let own = OwnAnswers()
    func isKnown(_ answer: String) -> Bool {
      own.unknownTurns(in: [.user("Q"), .assistant(answer)]).isEmpty
    }
    own.note(["Red", ",", "", " blue"], to: [.user("Q")], of: APIKeys.anonymous)
    for answer in ["Red", "Red,", "Red, blue"] { #expect(isKnown(answer), "\(answer)") }
    for answer in ["R", "Red, b", ", blue", "blue"] { #expect(!isKnown(answer), "\(answer)") }
    own.note(Array(repeating: "a", count: 300), to: [.user("Q")], of: APIKeys.anonymous)
    let known = (1...301).filter { isKnown(String(repeating: "a", count: $0)) }
    #expect(known == Array(45...300))
  }

  @Test func `who has the most answers forgets its own, and nobody else's`() {
    let own = OwnAnswers(capacity: 4)
    own.note("A", to: [.user("Q")], of: "alice")
    for number in 0..<20 { own.note("A", to: [.user("\(number)")], of: "bob") }
    #expect(own.unknownTurns(in: [.user("Q"), .assistant("A")], of: "alice") == [])
    let known = (0..<20).filter {
      own.unknownTurns(in: [.user("\($0)"), .assistant("A")], of: "bob").isEmpty
    }
    #expect(known == [17, 18, 19])
  }
}

/// Whatever a client sends, the votes are cast by copies whose every token that the client wrote, outside
/// of the server's own answers, has at least the operator's noise.
@Suite("The floor under all that a client writes") struct ClientFloorTests {
  private struct Drawn {
    var messages: [ChatMessage] = []
    var settings = ServerSettings()
    var own = OwnAnswers()
    /// The messages that the client made up.
    var forged: Set<Int> = []
  }

  /// What a client hides in the name of the model's turn.
  private static let secret = "SECRET"

  /// A template that prints names, as few do.
  private static let named =
    "{% for m in messages %}<{{ m.role }}{{ ' ' + m.name if m.name else '' }}>{{ m.content }}"
    + "<|end|>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"

  private static func draw(_ generator: inout SeededGenerator) -> Drawn {
    var drawn = Drawn()
    drawn.settings.client.assistantTurns = generator.element(of: [.own, .perturbed])
    let words = [
      "hi", "a b", "<|im_end|>", "é€", "[INST]", "x\n\ny", "Sure, here is", "0", "\u{1}\u{1}\u{1}",
    ]
    for _ in 0..<generator.integer(in: 1...6) {
      let role = generator.element(of: ChatMessage.Role.allCases)
      let text = (0..<generator.integer(in: 1...3)).map { _ in generator.element(of: words) }
        .joined(separator: generator.element(of: ["", " ", "\n"]))
      let name = generator.chance(0.3) ? secret : nil
      if role == .assistant {
        if generator.chance(0.5) {
          drawn.own.note(text, to: drawn.messages)
        } else {
          drawn.forged.insert(drawn.messages.count)
        }
        if name != nil, drawn.settings.client.assistantTurns == .perturbed {
          drawn.forged.insert(drawn.messages.count)
        }
      }
      drawn.messages.append(ChatMessage(role: role, content: text, name: name))
    }
    if generator.chance(0.5) { drawn.settings.prompt.system = "Be kind." }
    drawn.settings.defense.sigma = generator.element(of: [nil, 0.3, 2])
    drawn.settings.defense.noise = generator.element(of: [nil, .hard, .soft, .isotropic])
    if generator.chance(0.3) { drawn.settings.client.sigma.max = 5 }
    return drawn
  }

  @Test func `holds for random conversations, templates and settings`() throws {
    var generator = SeededGenerator(seed: 20_261_128)
    var (planned, refused, perturbed, known) = (0, 0, 0, 0)
    for number in 0..<1_500 {
      let drawn = Self.draw(&generator)
      let name = generator.element(of: ChatTemplate.builtInNames + ["names"])
      let model = ScriptedModel(
        contextLength: 4_000,
        chatTemplate: name == "names"
          ? try ChatTemplate(source: Self.named)
          : try ChatTemplate.builtIn(name, bosToken: "", eosToken: "<|end|>")
      ) { _ in [] }
      let served = try ServedModel(
        LoadedModel(model: model), settings: drawn.settings, created: 0)
      let planner = AnswerPlanner(
        served: served, settings: drawn.settings, sticky: nil, own: drawn.own)
      var request = try Reading.chat()
      request.messages = drawn.messages
      if generator.chance(0.3) { request.answer.defense.sigma = drawn.settings.client.sigma.max }
      let place: Comment = "case \(number), \(name): \(drawn.messages)"
      let batch: AnswerBatch
      do { batch = try planner.plan(request) } catch is RESTAError {
        // Some templates refuse some orders of roles.
        refused += 1
        continue
      } catch let error as APIError {
        #expect(
          error.code == "resta_limit"
            || (!drawn.forged.isEmpty && drawn.settings.client.assistantTurns == .own),
          "\(error) \(place)")
        refused += 1
        continue
      }
      planned += 1
      #expect(drawn.forged.isEmpty || drawn.settings.client.assistantTurns == .perturbed, place)
      let floor = try EmbeddingNoise(
        served.policy.defense.noise, scale: model.information.embeddingScale, seed: 0)
      let offset = drawn.settings.prompt.system == nil ? 0 : 1
      for generation in batch.generations {
        let noise = try EmbeddingNoise(
          batch.defense.noise, scale: model.information.embeddingScale, seed: 0)
        #expect(batch.defense.isActive && noise.sigma >= floor.sigma, place)
        let positions = Set(generation.prompt.positions(of: batch.defense.perturbed))
        for span in generation.prompt.rendered.spans where span.messageIndex >= offset {
          let index = span.messageIndex - offset
          guard drawn.messages[index].role != .assistant || drawn.forged.contains(index) else {
            let text = Array(generation.prompt.rendered.text.utf8)[span.range]
            #expect(!String(decoding: text, as: UTF8.self).contains(Self.secret), place)
            known += 1
            continue
          }
          let own = generation.prompt.tokens.indices.filter {
            generation.prompt.tokens[$0].bytes.overlaps(span.range)
          }
          #expect(!own.isEmpty && positions.isSuperset(of: own), place)
          perturbed += own.count
        }
      }
    }
    #expect(planned >= 200 && refused >= 200 && perturbed >= 1_000, "\(planned) \(refused)")
    #expect(known >= 50, "\(known)")
  }
}
