import RESTATesting
import Testing

@testable import RESTA

@Suite("PromptTokenizer")
struct PromptTokenizerTests {
  typealias Parts = [(role: ChatMessage.Role?, text: String)]

  private func tokenize(
    _ parts: Parts, _ entries: [ScriptedTokenizer.Entry] = [],
    beginning: TokenID? = nil, addsSpacePrefix: Bool = false
  ) throws -> TokenizedPrompt {
    try Fixture.prompt(
      parts,
      tokenizer: ScriptedTokenizer(
        entries: entries, endings: [], beginningOfSequence: beginning,
        addsSpacePrefix: addsSpacePrefix))
  }

  @Test("finds each token's bytes, message and role")
  func spans() throws {
    let prompt = try tokenize([
      (nil, "["), (.system, "s"), (nil, "|"), (.user, "€"), (nil, "|"), (.assistant, "a"),
      (nil, "|"), (.tool, "t"), (nil, "]"),
    ])
    #expect(prompt.tokens.map(\.bytes) == (0..<11).map { $0..<($0 + 1) })
    #expect(
      prompt.tokens.map(\.role) == [
        nil, .system, nil, .user, .user, .user, nil, .assistant, nil, .tool, nil,
      ])
    #expect(prompt.tokens.map(\.messageIndex) == [nil, 0, nil, 1, 1, 1, nil, 2, nil, 3, nil])
    #expect(prompt.tokens.allSatisfy { !$0.isControl })
    #expect(!prompt.defusedControlText)
    #expect(prompt.ids == Array("[s|€|a|t]".utf8).map(TokenID.init))
  }

  @Test("finds the spans that a token touches among all, without a look at each")
  func touching() {
    for seed in UInt64(0)..<40 {
      var generator = SeededGenerator(seed: seed)
      var spans: [RenderedPrompt.ContentSpan] = []
      var end = 0
      for index in 0..<generator.integer(in: 0...12) {
        let start = end + generator.integer(in: 0...2)
        end = start + generator.integer(in: 0...3)
        spans.append(
          RenderedPrompt.ContentSpan(messageIndex: index, role: .user, range: start..<end))
      }
      for lower in 0...(end + 1) {
        for bytes in (lower...(end + 2)).map({ lower..<$0 }) {
          let expected = spans.filter { $0.range.overlaps(bytes) }
          #expect(spans.touching(bytes) == expected, "seed \(seed), \(bytes) of \(spans)")
        }
      }
    }
  }

  @Test(
    "counts a token that straddles the border of user text as the user's",
    arguments: [
      // Template and user text.
      ([(nil, "[x"), (.user, "y"), (nil, "z]")], ["xy"], [1]),
      ([(nil, "[x"), (.user, "y"), (nil, "z]")], ["yz"], [2]),
      ([(nil, "[x"), (.user, "y"), (nil, "z]")], ["xyz"], [1]),
      ([(nil, "x"), (.user, "y")], ["xy"], [0]),
      // A system prompt, the model's or a tool's text, and the user's.
      ([(.system, "x"), (.user, "y")], ["xy"], [0]),
      ([(.user, "y"), (.assistant, "x")], ["yx"], [0]),
      ([(.tool, "x"), (.user, "y")], ["xy"], [0]),
      // Two user turns, and template text between them.
      ([(.user, "a"), (nil, "-"), (.user, "b")], ["a-b"], [0]),
      // A character cut in two.
      ([(nil, "x"), (.user, "€")], ["x€"], [0]),
    ] as [(Parts, [String], [Int])])
  func straddling(parts: Parts, entries: [String], positions: [Int]) throws {
    let prompt = try tokenize(parts, entries.map { ScriptedTokenizer.Entry($0) })
    #expect(prompt.positions(of: .userTurns) == positions)
    #expect(prompt.ids.contains(256))
  }

  @Test("keeps the tokens of the whole text, whatever its parts would have been")
  func wholeText() throws {
    // "ab" across the border: tokenising the parts would have given "a" and "b".
    let prompt = try tokenize(
      [(nil, "xa"), (.user, "bc"), (nil, "d")], [.init("ab"), .init("cd")])
    #expect(prompt.ids == [120, 256, 257])
    #expect(prompt.tokens.map(\.bytes) == [0..<1, 1..<3, 3..<5])
    #expect(prompt.positions(of: .userTurns) == [1, 2])
  }

  @Test("finds the user's tokens by byte offsets, whatever the vocabulary")
  func randomSpans() throws {
    var generator = SeededGenerator(seed: 71)
    let alphabet = ["a", "b", " ", "€", "🙂", "é", "\n"]
    for number in 0..<600 {
      func text(_ longest: Int) -> String {
        (0..<generator.integer(in: 0...longest)).map { _ in generator.element(of: alphabet) }
          .joined()
      }
      var entries = (0..<generator.integer(in: 0...6)).map { _ in
        ScriptedTokenizer.Entry(bytes: Array(("a" + text(3)).utf8))
      }
      entries.append(.init(bytes: [0xE2, 0x82]))
      entries.append(.init(bytes: [0xAC, 0x61]))
      let roles: [ChatMessage.Role?] = [nil, nil, .user, .user, .system, .assistant, .tool]
      let parts = (0..<generator.integer(in: 1...7)).map { _ in
        (role: generator.element(of: roles), text: text(5))
      }
      let prompt = try tokenize(parts, entries)
      let place: Comment = "case \(number): \(parts), entries \(entries.map(\.bytes))"
      // Whose each byte is, without any spans.
      let owners = parts.flatMap { part in part.text.utf8.map { _ in part.role } }
      var offset = 0
      for token in prompt.tokens {
        #expect(token.bytes.lowerBound == offset, place)
        offset = token.bytes.upperBound
        let roles = Set(owners[token.bytes].compactMap { $0 })
        #expect((token.role == .user) == roles.contains(.user), place)
        #expect((token.role == nil) == roles.isEmpty, place)
        #expect(token.role.map(roles.contains) ?? true, place)
        let message = token.messageIndex.map {
          prompt.rendered.spans.map(\.messageIndex).contains($0)
        }
        #expect(message ?? (token.role == nil), place)
      }
      #expect(offset == owners.count, place)
      #expect(
        prompt.positions(of: .userTurns)
          == prompt.tokens.indices.filter {
            owners[prompt.tokens[$0].bytes].contains { $0 == .user }
          }, place)
    }
  }

  @Test(
    "puts the beginning of the sequence in front unless the template wrote it",
    arguments: [
      ([(nil, "<s>["), (.user, "u")], [256, 91, 117], 0..<3),
      ([(nil, "["), (.user, "u")], [256, 91, 117], 0..<0),
      ([(nil, ""), (.user, "u")], [256, 117], 0..<0),
      ([(nil, "["), (.user, "")], [256, 91], 0..<0),
      ([(.user, "")], [256], 0..<0),
      // The operator may write it, too.
      ([(.system, "<s>"), (.user, "u")], [256, 117], 0..<3),
    ] as [(Parts, [TokenID], Range<Int>)])
  func beginningOfSequence(parts: Parts, ids: [TokenID], bytes: Range<Int>) throws {
    let prompt = try tokenize(parts, [.init("<s>", kind: .control)], beginning: 256)
    #expect(prompt.ids == ids)
    #expect(prompt.tokens.first?.bytes == bytes)
    #expect(prompt.tokens.first?.isControl == true)
    #expect(!prompt.defusedControlText)
    #expect(prompt.tokens.filter { $0.role == .user }.count == ids.count { $0 == 117 })
  }

  @Test("puts the beginning in front of a user's text that spells it")
  func spelledBeginning() throws {
    let prompt = try tokenize(
      [(.user, "<s>u")], [.init("<s>", kind: .control)], beginning: 256)
    #expect(prompt.ids == [256] + Array("<s>u".utf8).map(TokenID.init))
    #expect(prompt.defusedControlText)
    #expect(prompt.positions(of: .userTurns) == [1, 2, 3, 4])
  }

  @Test("allows for the space that SentencePiece puts in front of text")
  func spacePrefix() throws {
    let entries: [ScriptedTokenizer.Entry] = [
      .init("<s>", kind: .control), .init("</s>", kind: .control),
    ]
    let prompt = try tokenize(
      [(nil, "<s>["), (.user, "u v"), (nil, "]</s>"), (.user, "w")], entries, beginning: 256,
      addsSpacePrefix: true)
    #expect(prompt.ids == [256, 32, 91, 117, 32, 118, 93, 257, 32, 119])
    #expect(
      prompt.tokens.map(\.bytes) == [
        0..<3, 3..<3, 3..<4, 4..<5, 5..<6, 6..<7, 7..<8, 8..<12, 12..<12, 12..<13,
      ])
    #expect(prompt.positions(of: .userTurns) == [3, 4, 5, 9])
  }

  @Test("allows for the space in front of a message that is tokenised again")
  func spacePrefixAndControlText() throws {
    let entries: [ScriptedTokenizer.Entry] = [
      .init("<s>", kind: .control), .init("</s>", kind: .control),
    ]
    let prompt = try tokenize(
      [(nil, "<s>"), (.user, "</s>"), (nil, "</s>")], entries, beginning: 256,
      addsSpacePrefix: true)
    #expect(prompt.ids == [256, 32] + Array("</s>".utf8).map(TokenID.init) + [257])
    #expect(prompt.positions(of: .userTurns) == [2, 3, 4, 5])
    #expect(prompt.defusedControlText)
  }

  @Test(
    "keeps the user's bytes exactly",
    arguments: ["", " ", "\n\n a \r\n\t", "é", "e\u{301}", "\0", "🙂🙃"])
  func exactBytes(text: String) throws {
    let prompt = try tokenize([(nil, "<"), (.user, text), (nil, ">")])
    #expect(
      prompt.ids
        == (["<".utf8.first, ">".utf8.first].compactMap { $0 }.map(TokenID.init))
        .inserting(text.utf8.map(TokenID.init)))
    #expect(prompt.positions(of: .userTurns) == Array(1..<(1 + text.utf8.count)))
  }
}

extension [TokenID] {
  /// These tokens with others behind the first.
  fileprivate func inserting(_ tokens: [TokenID]) -> [TokenID] { prefix(1) + tokens + dropFirst() }
}

@Suite("TokenizedPrompt")
struct TokenizedPromptTests {
  @Test(
    "gives the positions of the content that is perturbed",
    arguments: [
      (PerturbedContent.userTurns, [1, 2, 6]),
      (PerturbedContent(roles: [.tool]), [5]),
      (PerturbedContent(roles: [.user, .tool]), [1, 2, 5, 6]),
      (PerturbedContent(lastUserTurnOnly: true), [6]),
      (PerturbedContent(roles: [.user, .tool], lastUserTurnOnly: true), [5, 6]),
      (PerturbedContent(roles: [.tool], lastUserTurnOnly: true), [5]),
    ] as [(PerturbedContent, [Int])])
  func positions(content: PerturbedContent, expected: [Int]) throws {
    let prompt = try Fixture.prompt([
      (.system, "s"), (.user, "ab"), (nil, "|"), (.assistant, "c"), (.tool, "t"), (.user, "d"),
    ])
    #expect(prompt.positions(of: content) == expected)
  }

  @Test("has no positions where there is no such content", arguments: [true, false])
  func noContent(lastOnly: Bool) throws {
    let prompt = try Fixture.prompt([(.system, "s"), (.user, ""), (.assistant, "c")])
    #expect(prompt.positions(of: PerturbedContent(lastUserTurnOnly: lastOnly)).isEmpty)
  }

  @Test("gives every position that holds a byte of the content that is perturbed")
  func sharedTokens() throws {
    let tokenizer = ScriptedTokenizer(entries: [.init("ab")], endings: [])
    let turns = try Fixture.prompt([(.user, "xa"), (.user, "by")], tokenizer: tokenizer)
    let tools = try Fixture.prompt([(.user, "xa"), (.tool, "by")], tokenizer: tokenizer)
    let answers = try Fixture.prompt([(.assistant, "xa"), (.tool, "by")], tokenizer: tokenizer)
    #expect(turns.ids == [120, 256, 121])
    #expect(turns.positions(of: PerturbedContent(lastUserTurnOnly: true)) == [1, 2])
    #expect(tools.positions(of: PerturbedContent(roles: [.tool])) == [1, 2])
    #expect(answers.positions(of: PerturbedContent(roles: [.tool])) == [1, 2])
  }

  @Test("never gives the positions of a tool's text for the last user turn")
  func lastTurnIsTool() throws {
    let prompt = try Fixture.prompt([(.user, "a"), (.assistant, "b"), (.tool, "c")])
    #expect(prompt.positions(of: PerturbedContent(lastUserTurnOnly: true)) == [0])
  }
}
