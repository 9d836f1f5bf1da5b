public import RESTA

/// A small vocabulary for tests: every byte is a token, and words and control tokens can be added.
///
/// Text is split greedily, longest entry first, so tokens can be made to straddle any border.
public struct ScriptedTokenizer: Tokenizer {
  /// The added entries, from id 256 on.
  public let entries: [Entry]
  /// The token in front of every sequence, if any.
  public let beginningOfSequence: TokenID?
  /// Whether a space is put in front of text at the start and behind special tokens.
  public let addsSpacePrefix: Bool
  private let endings: Set<TokenID>

  /// An entry beside the 256 bytes.
  public struct Entry: Sendable {
    /// The text that it stands for.
    public var bytes: [UInt8]
    /// What it is.
    public var kind: TokenKind

    /// Makes an entry; by default it is a piece of text.
    public init(_ text: String, kind: TokenKind = .normal) {
      bytes = Array(text.utf8)
      self.kind = kind
    }

    /// Makes an entry of bytes that need not be text.
    public init(bytes: [UInt8]) {
      self.bytes = bytes
      kind = .normal
    }
  }

  /// Makes a vocabulary.
  ///
  /// - Parameters:
  ///   - entries: What is added to the 256 bytes, with ids from 256 on. Default: `<|end|>`, a
  ///     control token that ends the answer.
  ///   - endings: The ids that end the answer. Default: 256.
  ///   - beginningOfSequence: The token in front of every sequence. Default: none.
  ///   - addsSpacePrefix: As `Tokenizer.addsSpacePrefix`. Default: `false`.
  public init(
    entries: [Entry] = [Entry("<|end|>", kind: .control)], endings: Set<TokenID> = [256],
    beginningOfSequence: TokenID? = nil, addsSpacePrefix: Bool = false
  ) {
    self.entries = entries
    self.endings = endings
    self.beginningOfSequence = beginningOfSequence
    self.addsSpacePrefix = addsSpacePrefix
  }

  /// 256 bytes and the entries.
  public var vocabularySize: Int { 256 + entries.count }

  /// Splits text, longest entry first.
  public func tokenize(_ utf8: [UInt8], parsesControl: Bool) -> [TokenID] {
    var tokens: [TokenID] = []
    var offset = 0
    var afterSpecial = true
    while offset < utf8.count {
      let special = longest(in: utf8[offset...]) {
        $0 == .userDefined || ($0 == .control && parsesControl)
      }
      if let special {
        tokens.append(special)
        offset += bytes(of: special).count
        afterSpecial = true
        continue
      }
      if afterSpecial, addsSpacePrefix { tokens.append(TokenID(UInt8(ascii: " "))) }
      afterSpecial = false
      let token = longest(in: utf8[offset...]) { $0 == .normal } ?? TokenID(utf8[offset])
      tokens.append(token)
      offset += bytes(of: token).count
    }
    return tokens
  }

  private func longest(in text: ArraySlice<UInt8>, where isWanted: (TokenKind) -> Bool) -> TokenID?
  {
    entries.indices
      .filter { isWanted(entries[$0].kind) && text.starts(with: entries[$0].bytes) }
      .max { entries[$0].bytes.count < entries[$1].bytes.count }
      .map { TokenID(256 + $0) }
  }

  /// The entry's bytes.
  public func bytes(of token: TokenID) -> [UInt8] {
    if let byte = UInt8(exactly: token) { return [byte] }
    let index = Int(token) - 256
    return entries.indices.contains(index) ? entries[index].bytes : []
  }

  /// The entry's kind.
  public func kind(of token: TokenID) -> TokenKind {
    if (0..<256).contains(token) { return .normal }
    let index = Int(token) - 256
    return entries.indices.contains(index) ? entries[index].kind : .unknown
  }

  /// Whether the token is one of the endings.
  public func isEndOfGeneration(_ token: TokenID) -> Bool { endings.contains(token) }
}
