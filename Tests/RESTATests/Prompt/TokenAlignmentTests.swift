import RESTATesting
import Testing

@testable import RESTA

@Suite("TokenAlignment")
struct TokenAlignmentTests {
  /// 256 `<s>` (control), 257 " a", 258 "€", 259 `<tool>` (user defined), 260 nothing at all.
  private static func tokenizer(addsSpacePrefix: Bool = false) -> ScriptedTokenizer {
    ScriptedTokenizer(
      entries: [
        .init("<s>", kind: .control), .init(" a"), .init("€"), .init("<tool>", kind: .userDefined),
        .init("", kind: .unknown),
      ], endings: [], addsSpacePrefix: addsSpacePrefix)
  }

  private static func ranges(
    _ text: String, _ tokens: [TokenID], addsSpacePrefix: Bool = false
  ) throws(RESTAError) -> [Range<Int>] {
    try TokenAlignment(
      text: Array(text.utf8), tokenizer: tokenizer(addsSpacePrefix: addsSpacePrefix)
    ).ranges(of: tokens)
  }

  @Test(
    "finds the bytes of each token",
    arguments: [
      ("", [], []),
      ("x", [120], [0..<1]),
      ("x€", [120, 258], [0..<1, 1..<4]),
      ("€", [0xE2, 0x82, 0xAC], [0..<1, 1..<2, 2..<3]),
      ("x a<s>", [120, 257, 256], [0..<1, 1..<3, 3..<6]),
      // A token that stands for nothing covers nothing.
      ("xy", [120, 260, 121], [0..<1, 1..<1, 1..<2]),
      // White space that special tokens swallow: in front of them, behind them, at both ends.
      ("x \n<s>y", [120, 256, 121], [0..<1, 3..<6, 6..<7]),
      ("x<s> \ty", [120, 256, 121], [0..<1, 1..<4, 6..<7]),
      ("  x", [120], [2..<3]),
      ("x<s>\n", [120, 256], [0..<1, 1..<4]),
      ("<tool> x", [259, 120], [0..<6, 7..<8]),
    ] as [(String, [TokenID], [Range<Int>])])
  func bytes(text: String, tokens: [TokenID], expected: [Range<Int>]) throws {
    #expect(try Self.ranges(text, tokens) == expected)
  }

  @Test(
    "takes one space off the first piece of text, and the first behind a special token",
    arguments: [
      ("a", [257], [0..<1]), ("x", [32, 120], [0..<0, 0..<1]),
      (" a", [32, 257], [0..<0, 0..<2]),
      ("<s>a", [256, 257], [0..<3, 3..<4]),
      ("a<s>a a", [257, 256, 257, 257], [0..<1, 1..<4, 4..<5, 5..<7]),
      ("<tool>a", [259, 257], [0..<6, 6..<7]),
      ("<s><s>a", [256, 256, 257], [0..<3, 3..<6, 6..<7]),
    ] as [(String, [TokenID], [Range<Int>])])
  func spacePrefix(text: String, tokens: [TokenID], expected: [Range<Int>]) throws {
    #expect(try Self.ranges(text, tokens, addsSpacePrefix: true) == expected)
  }

  @Test(
    "refuses tokens that don't add up to the text",
    arguments: [
      // Missing, too many, others, swallowed space where no special token is.
      ("xy", [120], false), ("x", [120, 121], false), ("x", [121], false), ("", [120], false),
      ("x y", [120, 121], false), ("x ", [120], false), ("x", [], false),
      // No space in front where the vocabulary adds one.
      ("x", [120], true), ("<s>x", [256, 120], true),
    ] as [(String, [TokenID], Bool)])
  func mismatch(text: String, tokens: [TokenID], addsSpacePrefix: Bool) {
    let error = #expect(throws: RESTAError.self) {
      try Self.ranges(text, tokens, addsSpacePrefix: addsSpacePrefix)
    }
    #expect(error?.code == .engineFailed)
    // Nothing of the prompt itself.
    #expect(error?.description.contains(text.isEmpty ? "\"\"" : "'\(text)'") == false)
  }

  @Test("allows text of nothing but white space to have no tokens")
  func onlyWhiteSpace() throws {
    #expect(try Self.ranges(" \n", []).isEmpty)
  }

  /// A vocabulary that normalises what it is given, so that its tokens aren't the text's.
  private struct NormalizingTokenizer: Tokenizer {
    let base = ScriptedTokenizer()
    var vocabularySize: Int { base.vocabularySize }
    var beginningOfSequence: TokenID? { nil }
    var addsSpacePrefix: Bool { false }
    func tokenize(_ utf8: [UInt8], parsesControl: Bool) -> [TokenID] {
      base.tokenize(utf8.map { $0 == 65 ? 97 : $0 }, parsesControl: parsesControl)
    }
    func bytes(of token: TokenID) -> [UInt8] { base.bytes(of: token) }
    func kind(of token: TokenID) -> TokenKind { base.kind(of: token) }
    func isEndOfGeneration(_ token: TokenID) -> Bool { base.isEndOfGeneration(token) }
  }

  @Test("fails for a vocabulary that changes the text, instead of guessing")
  func normalizing() {
    let tokenizer = PromptTokenizer(NormalizingTokenizer())
    let error = #expect(throws: RESTAError.self) {
      try tokenizer.tokenize(Fixture.rendered([(nil, "x"), (.user, "SECRETA")]))
    }
    #expect(error?.code == .engineFailed)
    #expect(error?.description.contains("SECRET") == false)
    #expect(throws: Never.self) {
      try tokenizer.tokenize(Fixture.rendered([(nil, "x"), (.user, "secret")]))
    }
  }
}
