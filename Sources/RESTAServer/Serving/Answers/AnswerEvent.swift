import RESTA

/// What happens while the answers of one request are generated, one answer after the other.
enum AnswerEvent: Sendable {
  /// The answer with this index begins; nothing is computed yet.
  case started(Int)
  /// A token of it.
  case token(Int, GeneratedToken)
  /// Text of it that became certain without another token.
  case text(Int, String)
  /// Its end.
  case finished(Int, GenerationResult)
  /// Nothing happened for a while.
  case idle
}
