import RESTATesting
import Testing

@testable import RESTA

@Suite("Where an answer ends")
struct StoppingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var answer: String
    var stop: [String]
    var text: String
    var tokens: Int
    var testDescription: String { "\(answer) \(stop)" }
  }

  /// One token per byte.
  static let cases = [
    Case(answer: "hello<stop>more", stop: ["<stop>"], text: "hello", tokens: 11),
    Case(answer: "hello<sto", stop: ["<stop>"], text: "hello<sto", tokens: 9),
    Case(answer: "aaab", stop: ["aab"], text: "a", tokens: 4),
    Case(answer: "xyz", stop: ["x"], text: "", tokens: 1),
    Case(answer: "xyz", stop: ["z"], text: "xy", tokens: 3),
    Case(answer: "xyz", stop: ["zz", "yz", "y"], text: "x", tokens: 2),
    Case(answer: "a€b", stop: ["€"], text: "a", tokens: 4),
    Case(answer: "a€b", stop: ["b"], text: "a€", tokens: 5),
    Case(answer: "🙂🙂", stop: ["🙃"], text: "🙂🙂", tokens: 8),
    Case(answer: "é\u{301}x", stop: ["x"], text: "é\u{301}", tokens: 5),
    Case(answer: "one\n\ntwo", stop: ["\n\n"], text: "one", tokens: 5),
  ]

  @Test(
    "is before a stop string, inside the voted prefix, behind it and across its end",
    arguments: cases, [PrefixLength.tokens(0), .tokens(1), .tokens(3), .tokens(7), .all])
  func stopStrings(_ expected: Case, prefix: PrefixLength) async throws {
    let model = ScriptedModel(predicting: Fixture.saying(expected.answer))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: prefix),
      options: GenerationOptions(maximumTokens: 40, stop: expected.stop))
    let ended = expected.tokens == expected.answer.utf8.count && expected.text == expected.answer
    #expect(Array(result.text.utf8) == Array(expected.text.utf8))
    #expect(result.tokenIDs == expected.answer.utf8.prefix(expected.tokens).map(TokenID.init))
    #expect(result.stopReason == (ended ? .endOfGeneration : .stopString))
    let votable = ended ? expected.tokens + 1 : expected.tokens
    switch prefix {
    case .all: #expect(result.votes.count == votable)
    case .tokens(let l): #expect(result.votes.count == min(l, votable))
    }
  }

  @Test("gives out events that add up to the text, and nothing of a stop string", arguments: cases)
  func events(_ expected: Case) async throws {
    let model = ScriptedModel(predicting: Fixture.saying(expected.answer))
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(l: .tokens(2)),
      options: GenerationOptions(maximumTokens: 40, stop: expected.stop))
    var text = ""
    var kinds = ""
    var last: GenerationResult?
    for try await event in generation {
      #expect(last == nil)
      switch event {
      case .token(let token):
        #expect(token.position == kinds.count)
        #expect((token.vote != nil) == (token.position < 2))
        #expect(expected.answer.utf8.dropFirst(token.position).first.map(TokenID.init) == token.id)
        text += token.text
        kinds += "t"
      case .text(let rest):
        #expect(!rest.isEmpty)
        text += rest
        kinds += "r"
      case .finished(let result): last = result
      }
    }
    let result = try #require(last)
    #expect(Array(text.utf8) == Array(result.text.utf8))
    #expect(kinds.count { $0 == "t" } == expected.tokens)
    #expect(!kinds.dropLast().contains("r"))
  }

  @Test("is the maximum number of tokens, inside the window and behind it", arguments: 1...6)
  func maximumTokens(maximum: Int) async throws {
    let model = ScriptedModel(predicting: Fixture.saying("abcdefgh"))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(4)),
      options: GenerationOptions(maximumTokens: maximum))
    #expect(result.text == "abcdefgh".prefix(maximum))
    #expect(result.stopReason == .maximumTokens)
    #expect(result.votes.count == min(maximum, 4))
    #expect(result.totals.passes == maximum)
  }

  @Test("is the end token, not the maximum, only when it comes first")
  func endAtMaximum() async throws {
    let model = ScriptedModel(predicting: Fixture.saying("abc"))
    let exact = try await Fixture.generate(
      model, defense: Fixture.defense(), options: GenerationOptions(maximumTokens: 3))
    #expect(exact.stopReason == .maximumTokens)
    let roomy = try await Fixture.generate(
      model, defense: Fixture.defense(), options: GenerationOptions(maximumTokens: 4))
    #expect(roomy.stopReason == .endOfGeneration)
    #expect(exact.text == roomy.text)
  }

  @Test("is the stop string when it is complete with the last token that is allowed")
  func stopAtMaximum() async throws {
    let model = ScriptedModel(predicting: Fixture.saying("abcd"))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(),
      options: GenerationOptions(maximumTokens: 3, stop: ["bc"]))
    #expect(result.stopReason == .stopString)
    #expect(result.text == "a")
  }

  @Test("gives out what was held back for a stop string or a character that never came")
  func heldBackText() async throws {
    let model = ScriptedModel(predicting: Fixture.saying("ab€"))
    let generation = try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(),
      options: GenerationOptions(maximumTokens: 4, stop: ["b€!"]))
    var events: [String] = []
    for try await event in generation {
      switch event {
      case .token(let token): events.append(token.text)
      case .text(let rest): events.append("rest " + rest)
      case .finished(let result): events.append("all " + result.text)
      }
    }
    #expect(events == ["a", "", "", "", "rest b\u{FFFD}", "all ab\u{FFFD}"])
  }

  @Test("is where the context is full", arguments: [1, 2, 3])
  func contextFull(room: Int) async throws {
    let model = ScriptedModel(
      contextLength: 4 + room, predicting: Fixture.saying("abcdefgh"))
    let result = try await Fixture.generate(model, defense: Fixture.defense(l: .tokens(2)))
    #expect(result.text == "abcdefgh".prefix(room))
    #expect(result.stopReason == .contextFull)
    let asked = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(2)),
      options: GenerationOptions(maximumTokens: room))
    #expect(asked.stopReason == .maximumTokens)
  }

  @Test("nowhere: a prompt that fills the context is refused, with what is missing in all copies")
  func promptTooLong() async throws {
    let prompt = try Fixture.prompt([(nil, "["), (.user, "twelve"), (nil, "]")])
    let model = ScriptedModel(contextLength: 6, predicting: Fixture.saying("a"))
    let error = await #expect(throws: RESTAError.self) {
      try await Fixture.generate(model, prompt: prompt, defense: Fixture.defense(k: 10))
    }
    #expect(error?.code == .contextExceeded)
    let message = error?.message ?? ""
    #expect(message.contains("8 tokens") && message.contains("context holds 6"), "\(message)")
    #expect(message.contains("3 tokens too long"), "\(message)")
    #expect(message.contains("11 sequences") && message.contains("k = 10"), "\(message)")
    #expect(message.contains("33 cells"), "\(message)")
    #expect(model.recordedPasses.isEmpty && model.openReservations == 0)

    let undefended = await #expect(throws: RESTAError.self) {
      try await Fixture.generate(model, prompt: prompt, defense: .none)
    }
    #expect(undefended?.message.contains("3 tokens too long") == true)
    #expect(undefended?.message.contains("copies") == false)
  }

  @Test("nowhere: a context with room for the prompt alone is one token too short")
  func noRoomForAnswer() async throws {
    let model = ScriptedModel(contextLength: 4, predicting: Fixture.saying("a"))
    let error = await #expect(throws: RESTAError.self) {
      try await Fixture.generate(model, defense: Fixture.defense())
    }
    #expect(error?.message.contains("1 tokens too long") == true)
  }

  @Test("nowhere: more copies than the model has room for are refused")
  func tooManyCopies() async throws {
    let model = ScriptedModel(maximumSequences: 4) { _ in Fixture.logits([".": 1]) }
    let error = await #expect(throws: RESTAError.self) {
      try await Fixture.generate(model, defense: Fixture.defense(k: 4))
    }
    #expect(error?.code == .contextExceeded)
    #expect(error?.message.contains("k = 4 needs 5 sequences") == true)
    await #expect(throws: Never.self) {
      try await Fixture.generate(model, defense: Fixture.defense(k: 3))
    }
    #expect(model.openReservations == 0)
  }

  @Test("nowhere: an empty prompt has no answer")
  func emptyPrompt() async throws {
    let model = ScriptedModel(predicting: Fixture.saying("a"))
    let error = await #expect(throws: RESTAError.self) {
      try await Fixture.generate(
        model, prompt: Fixture.prompt([(.user, "")]), defense: Fixture.defense())
    }
    #expect(error?.code == .invalidMessages)
  }
}
