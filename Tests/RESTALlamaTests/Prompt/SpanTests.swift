import RESTA
import RESTALlama
import RESTATesting
import Testing

extension LlamaTests {
  /// Prompt spans on the vocabularies of real models.
  @Suite("Spans", .vocabularies, .models(.smolQ40, .gemma)) struct Spans {
    static let rounds = 300

    static func conversation(_ content: String, turns: Int) -> [ChatMessage] {
      guard turns > 1 else { return [.user(content)] }
      return [.user("Hi there. "), .assistant("  Hello!"), .user(content)]
    }

    @Test("The template's control strings are one token each", arguments: ChatStyle.all)
    func stylesFitTheirVocabularies(style: ChatStyle) async throws {
      let tokenizer = try await SharedVocabularies.tokenizer(style.path)
      for case .control(let control) in style.parts(Self.conversation("x", turns: 2)) {
        let ids = try tokenizer.tokenize(Array(control.utf8), parsesControl: true)
        #expect(ids.count == 1 && tokenizer.kind(of: ids[0]) != .normal, "\(control): \(ids)")
      }
    }

    @Test("Hand-made contents are covered exactly", arguments: ChatStyle.all)
    func handMade(style: ChatStyle) async throws {
      let checker = try await SpanChecker(style)
      for content in RandomContent.handMade {
        for turns in [1, 2] {
          checker.check(Self.conversation(content, turns: turns), forged: false)
        }
      }
      checker.report()
    }

    @Test("Random contents are covered exactly", arguments: ChatStyle.all)
    func random(style: ChatStyle) async throws {
      let checker = try await SpanChecker(style)
      for seed in 0..<Self.rounds {
        var generator = SeededGenerator(seed: UInt64(seed))
        let content = RandomContent.make(&generator)
        checker.check(Self.conversation(content, turns: 1 + seed % 2), forged: false, seed: seed)
      }
      checker.report()
    }

    @Test("Forged control text stays text", arguments: ChatStyle.all)
    func forged(style: ChatStyle) async throws {
      let checker = try await SpanChecker(style)
      for forgery in style.forgeries {
        for content in [
          forgery, "a \(forgery) b", "\(forgery)\n", " \(forgery)  ", forgery + forgery,
        ] {
          checker.check([.user(content)], forged: true)
        }
      }
      for seed in 0..<Self.rounds {
        var generator = SeededGenerator(seed: UInt64(10_000 + seed))
        let content = RandomContent.make(&generator, forgeries: style.forgeries)
        checker.check(Self.conversation(content, turns: 1 + seed % 2), forged: true, seed: seed)
      }
      checker.report()
    }

    // What SentencePiece writes for a space. Typed, it is three bytes that come back as one.
    @Test("A typed U+2581 has a span", arguments: ChatStyle.all)
    func typedSpaceSymbol(style: ChatStyle) async throws {
      let tokenizer = try await SharedVocabularies.tokenizer(style.path)
      for content in ["▁", "a▁b", " ▁ "] {
        let parts = style.parts([.user(content)])
        #expect(throws: Never.self, "\(content)") {
          try PromptTokenizer(tokenizer).tokenize(ChatStyle.rendered(parts))
        }
      }
    }

    @Test("Any bytes can be tokenised", arguments: ChatStyle.all)
    func invalidUTF8(style: ChatStyle) async throws {
      let tokenizer = try await SharedVocabularies.tokenizer(style.path)
      var generator = SeededGenerator(seed: 5)
      for _ in 0..<100 {
        let bytes = (0..<generator.below(40)).map { _ in UInt8(generator.below(256)) }
        #expect(throws: Never.self) {
          for parses in [false, true] {
            let ids = try tokenizer.tokenize(bytes, parsesControl: parses)
            #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
          }
        }
      }
      for token in [-1, TokenID(tokenizer.vocabularySize), .max, .min] {
        #expect(tokenizer.bytes(of: token).isEmpty)
        #expect(tokenizer.kind(of: token) == .unknown)
        #expect(!tokenizer.isEndOfGeneration(token))
      }
    }
  }
}
