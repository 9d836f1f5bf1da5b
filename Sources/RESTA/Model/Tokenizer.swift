/// The number of a token in a model's vocabulary, `0..<vocabularySize`.
public typealias TokenID = Int32

/// What a vocabulary entry is.
public enum TokenKind: String, Sendable, Hashable, Codable {
  /// A piece of text.
  case normal
  /// A token of the chat format (`<|im_end|>`, `</s>`, ...): it never stands for typed text.
  case control
  /// An added token that stands for its own text, and is found in any text.
  case userDefined
  /// A token that the vocabulary reserves for what it cannot represent, or does not use.
  case unknown
}

/// A model's vocabulary: text to tokens and back.
///
/// Implementations are pure: the same input gives the same output, on any thread.
public protocol Tokenizer: Sendable {
  /// The number of tokens.
  var vocabularySize: Int { get }

  /// The token that starts every sequence of this model, or `nil` where the model has none.
  var beginningOfSequence: TokenID? { get }

  /// Whether text gains one space in front at the start of a prompt and after a token that is not
  /// plain text, as SentencePiece vocabularies do.
  var addsSpacePrefix: Bool { get }

  /// Splits text into tokens, without adding any in front or behind.
  ///
  /// - Parameters:
  ///   - utf8: The text, as UTF-8. May be empty.
  ///   - parsesControl: Whether text that spells a control token becomes that token. When `false`,
  ///     the result holds no ``TokenKind/control`` token.
  /// - Returns: The tokens in order.
  /// - Throws: `RESTAError` with `engineFailed` when the text cannot be tokenised.
  func tokenize(_ utf8: [UInt8], parsesControl: Bool) throws -> [TokenID]

  /// The bytes that a token stands for; not necessarily valid UTF-8 by themselves.
  ///
  /// - Parameter token: A token in `0..<vocabularySize`; others give no bytes.
  /// - Returns: UTF-8, or a part of a character's.
  func bytes(of token: TokenID) -> [UInt8]

  /// What kind of entry a token is.
  ///
  /// - Parameter token: A token in `0..<vocabularySize`; others are ``TokenKind/unknown``.
  /// - Returns: The kind.
  func kind(of token: TokenID) -> TokenKind

  /// Whether a token ends the answer (end of sequence, end of turn).
  func isEndOfGeneration(_ token: TokenID) -> Bool
}

extension Tokenizer {
  /// The text of one token, for people: invalid UTF-8 is shown as U+FFFD.
  public func text(of token: TokenID) -> String {
    String(decoding: bytes(of: token), as: UTF8.self)
  }
}
