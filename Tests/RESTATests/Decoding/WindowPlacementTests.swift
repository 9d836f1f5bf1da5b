import RESTATesting
import Testing

@testable import RESTA

@Suite("Window placement")
struct WindowPlacementTests {
  private static let tag = "</think>"

  /// The tag as one token, and cut in several ways.
  private static let tokenizer = ScriptedTokenizer(
    entries: [
      .init("<|end|>", kind: .control), .init("</think>"), .init("</th"), .init("ink>"),
      .init("x</thi"), .init("nk>y"), .init("</"),
    ])

  private func generate(
    _ tokens: [TokenID], _ defense: DefenseSettings, _ decoder: DecoderKind = .reference
  ) async throws -> (ScriptedModel, GenerationResult) {
    let model = ScriptedModel(
      tokenizer: Self.tokenizer,
      predicting: { context in
        tokens.indices.contains(context.answer.count) ? tokens[context.answer.count] : 256
      })
    return (model, try await Fixture.generate(model, defense: defense, decoder: decoder))
  }

  @Test(
    "takes the longest length that there is for the rest of the answer",
    arguments: [Int.max, .max - 1])
  func longestLength(length: Int) async throws {
    let window = WindowPlacement.after(Self.tag)
    let (_, result) = try await generate(
      [97, 257, 98, 99], Fixture.defense(l: .tokens(length), window: window))
    #expect(result.votes.map(\.position) == [2, 3, 4])
  }

  @Test(
    "votes only behind the tag, however tokens cut it",
    arguments: [
      ([257, 97, 98, 99], 1), ([97, 257, 98, 99], 2), ([97, 258, 259, 98, 99], 3),
      ([260, 261, 98, 99], 2), ([262, 262, 116, 104, 105, 110, 107, 62, 98, 99], 8),
      // At the end of the answer there is nothing left to vote on but its end.
      ([97, 257], 2),
    ] as [([TokenID], Int)])
  func behindTag(tokens: [TokenID], start: Int) async throws {
    let window = WindowPlacement.after(Self.tag)
    let (model, result) = try await generate(tokens, Fixture.defense(l: .tokens(2), window: window))
    #expect(result.tokenIDs == tokens)
    let end = min(start + 2, tokens.count + 1)
    #expect(result.votes.map(\.position) == Array(start..<end))
    #expect(result.settings.defense.window == window)
    // The copies are fed when the window opens: the noisy prompt, then all of the answer so far.
    let copies = model.recordedPasses.joined().filter { $0.sequence > 0 }
    #expect(copies.prefix(3).allSatisfy { $0.matrix != nil && $0.outputs == .none })
    #expect(
      copies.dropFirst(3).prefix(3).map(\.tokens)
        == [[TokenID]?](
          repeating: Array(tokens.prefix(start)), count: 3))
    #expect(copies.count { $0.matrix != nil } == 3)
    let (_, all) = try await generate(tokens, Fixture.defense(l: .all, window: window))
    #expect(all.votes.map(\.position) == Array(start...tokens.count))
  }

  @Test(
    "opens again at each tag: one that is quoted uses no votes up",
    arguments: [
      ([257, 97, 98, 257, 99, 100], 1, [1, 4]), ([257, 97, 98, 257, 99, 100], 2, [1, 2, 4, 5]),
      // A tag within the voted tokens, however it is cut.
      ([257, 258, 259, 99, 100], 2, [1, 2, 3, 4]), ([257, 257, 97, 98], 1, [1, 2]),
      ([257, 97, 98, 99, 257], 1, [1, 5]),
    ] as [([TokenID], Int, [Int])])
  func again(tokens: [TokenID], length: Int, voted: [Int]) async throws {
    for decoder in [DecoderKind.reference, .fast] {
      let defense = Fixture.defense(l: .tokens(length), window: .after(Self.tag))
      let (_, result) = try await generate(tokens, defense, decoder)
      #expect(result.tokenIDs == tokens && result.votedFrom == 1)
      #expect(result.votes.map(\.position) == voted, "\(decoder)")
    }
  }

  @Test("fails where the tag never comes, unless it starts without it")
  func noTag() async throws {
    for tokens in [[], [97, 98], [258, 97, 259], [259, 258], [262]] as [[TokenID]] {
      var defense = Fixture.defense(l: .all, window: .after(Self.tag))
      let error = await #expect(throws: RESTAError.self) { try await generate(tokens, defense) }
      #expect(
        error?.code == .windowNeverOpened && error?.message.contains("prefix_after_limit") == true)
      for latest in 0...tokens.count {
        defense.latestStart = latest
        let (_, result) = try await generate(tokens, defense)
        #expect(result.tokenIDs == tokens && result.votedFrom == latest)
        #expect(result.votes.map(\.position) == Array(latest...tokens.count))
      }
      defense.latestStart = tokens.count + 1
      await #expect(throws: RESTAError.self) { try await generate(tokens, defense) }
    }
  }

  @Test("starts at once where the prompt ends behind the tag, and not for a tag in its content")
  func tagInPrompt() async throws {
    let defense = Fixture.defense(window: .after(Self.tag))
    for (parts, opens) in [
      ([(.user, "hi"), (nil, "<a></think>\n")], true), ([(.user, "hi"), (nil, "</think>")], true),
      ([(.user, "</think>"), (nil, "]")], false),
      ([(nil, "</think>"), (.user, "hi"), (nil, "]")], false),
      ([(.user, "hi"), (nil, "]<a></think>]<a>")], false),
    ] as [([(role: ChatMessage.Role?, text: String)], Bool)] {
      let prompt = try Fixture.prompt(parts)
      let model = ScriptedModel(predicting: Fixture.saying("ab"))
      guard opens else {
        await #expect(throws: RESTAError.self) {
          try await Fixture.generate(model, prompt: prompt, defense: defense)
        }
        continue
      }
      let result = try await Fixture.generate(model, prompt: prompt, defense: defense)
      #expect(result.text == "ab" && result.votedFrom == 0)
      #expect(result.votes.map(\.position) == [0, 1, 2])
    }
  }

  @Test("an opening of the answer keeps a window open, or opens it")
  func openings() {
    let defense = Fixture.defense(window: .after(Self.tag))
    for (end, opening, opens) in [
      ("<a></think>\n\n", "Sure", true), ("<a>", "hm</think>Sure", true), ("<a>", "Sure", false),
      ("</think><a>", "Sure", false),
    ] {
      let window = SmoothingWindow(
        defense, promptEnd: Array(end.utf8), opening: Array(opening.utf8))
      #expect((window.start == 0) == opens, "\(end)\(opening)")
    }
    let prompt = try? Fixture.prompt([(.user, "hi"), (nil, "]")])
    let opened = try? prompt?.opened(with: AnswerOpening("ab"), tokenizer: Self.tokenizer)
    #expect(opened?.templateEnd == prompt?.rendered.text.utf8.count)
    #expect(opened?.rendered.text.hasSuffix("]ab") == true)
  }

  @Test("votes on what follows, against the unperturbed model")
  func votesBehind() async throws {
    let model = ScriptedModel(predicting: { context in
      if context.answer.count < 8 { return Fixture.saying("</think>")(context) }
      guard context.answer.count < 10 else { return Fixture.end }
      return Fixture.token(context.sequence == 0 ? "u" : "v")
    })
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(1), window: .after(Self.tag)))
    #expect(result.text == "</think>vu")
  }

  @Test("opens at the same position however the text is cut into tokens")
  func randomCuts() {
    var generator = SeededGenerator(seed: 51)
    for number in 0..<800 {
      let tag = generator.element(of: ["ab", "aab", "abab", "aa", "€b", "b"])
      let text = (0..<generator.integer(in: 0...14)).map { _ in
        generator.element(of: ["a", "b", "€"])
      }.joined()
      var tokens: [[UInt8]] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let length = generator.integer(in: 0...4)
        tokens.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      var window = SmoothingWindow(Fixture.defense(l: .all, window: .after(tag)), promptEnd: [])
      for (position, token) in tokens.enumerated() { window.note(token, at: position) }
      // How often the bytes of so many tokens hold the tag.
      let counts = (0...tokens.count).map { count in
        let bytes = tokens[..<count].flatMap { $0 }
        return bytes.indices.count { bytes[$0...].starts(with: tag.utf8) }
      }
      let opened = counts.indices.dropFirst().filter { counts[$0] > counts[$0 - 1] }
      #expect(window.opening == opened.first, "case \(number): tag \(tag), tokens \(tokens)")
      #expect(window.start == opened.last, "case \(number): tag \(tag), tokens \(tokens)")
    }
  }

  @Test("covers exactly the positions of its length", arguments: [0, 1, 5, 20])
  func length(l: Int) {
    var window = SmoothingWindow(
      Fixture.defense(l: .tokens(l), window: .after("x")), promptEnd: [])
    #expect(!(0..<50).contains { window.contains($0) })
    window.note(Array("x".utf8), at: 6)
    #expect((0..<50).filter { window.contains($0) } == (l == 0 ? [] : Array(7..<(7 + l))))
    let start = SmoothingWindow(Fixture.defense(l: .tokens(l)), promptEnd: [])
    #expect((0..<50).filter { start.contains($0) } == Array(0..<l))
    let inactive = SmoothingWindow(Fixture.defense(l: .all, kind: .none), promptEnd: [])
    #expect(!(0..<50).contains { inactive.contains($0) })
  }
}
