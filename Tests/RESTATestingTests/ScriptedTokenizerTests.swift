import RESTA
import RESTATesting
import Testing

@Suite("ScriptedTokenizer")
struct ScriptedTokenizerTests {
  private let tokenizer = ScriptedTokenizer(entries: [
    .init("<|end|>", kind: .control), .init("ab"), .init("abc"),
    .init("<tool>", kind: .userDefined),
    .init(bytes: [0xE2, 0x82]), .init("?", kind: .unknown),
  ])

  @Test("describes its vocabulary")
  func description() {
    #expect(tokenizer.vocabularySize == 262)
    #expect(ScriptedTokenizer().vocabularySize == 257)
    #expect(tokenizer.bytes(of: 97) == [97])
    #expect(tokenizer.bytes(of: 258) == Array("abc".utf8))
    #expect(tokenizer.bytes(of: 260) == [0xE2, 0x82])
    #expect(tokenizer.text(of: 256) == "<|end|>")
    #expect(
      [97, 256, 257, 259, 261].map(tokenizer.kind) == [
        .normal, .control, .normal, .userDefined, .unknown,
      ])
    #expect((0..<262).filter { tokenizer.isEndOfGeneration(TokenID($0)) } == [256])
  }

  @Test("knows nothing outside of its vocabulary", arguments: [-1, 262, .max, .min] as [TokenID])
  func outside(token: TokenID) {
    #expect(tokenizer.bytes(of: token).isEmpty)
    #expect(tokenizer.kind(of: token) == .unknown)
    #expect(!tokenizer.isEndOfGeneration(token))
  }

  @Test(
    "splits text, longest entry first",
    arguments: [
      ("", true, []), ("abcab", true, [258, 257]), ("a b", true, [97, 32, 98]),
      ("a<|end|>b", true, [97, 256, 98]),
      ("<|end|>", false, Array("<|end|>".utf8).map(TokenID.init)),
      ("x<tool>", true, [120, 259]), ("x<tool>", false, [120, 259]),
      ("€", true, [260, 0xAC]),
      // Never chosen for text: it stands for what cannot be represented.
      ("?", true, [63]),
    ] as [(String, Bool, [TokenID])])
  func splitting(text: String, parsesControl: Bool, tokens: [TokenID]) {
    #expect(tokenizer.tokenize(Array(text.utf8), parsesControl: parsesControl) == tokens)
  }

  @Test("puts a space in front of text at the start and behind special tokens, when asked to")
  func spacePrefix() {
    let tokenizer = ScriptedTokenizer(
      entries: [.init("<s>", kind: .control), .init(" a")], addsSpacePrefix: true)
    func split(_ text: String) -> [TokenID] {
      tokenizer.tokenize(Array(text.utf8), parsesControl: true)
    }
    #expect(split("b") == [32, 98])
    #expect(split("<s>b<s>") == [256, 32, 98, 256])
    #expect(split("b a") == [32, 98, 257])
    #expect(split("").isEmpty)
  }
}
