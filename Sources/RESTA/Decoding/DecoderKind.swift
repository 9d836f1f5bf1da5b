/// Which implementation of the method runs.
///
/// All give the same tokens, votes and stop reason whenever the copies predict the same.
public enum DecoderKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Shares the prompt's beginning, asks no copy whose vote cannot matter, and verifies drafts.
  ///
  /// The default.
  case fast
  /// What is usually built: all copies in one batch, a pass per token, and none of the above.
  case naive
  /// The oracle: the three steps of the method done literally.
  case reference

  /// What the decoder does, where ``DecodingPlan`` can say it: ``reference`` has code of its own.
  public var plan: DecodingPlan? {
    switch self {
    case .fast: .fast
    case .naive: .naive
    case .reference: nil
    }
  }
}
