import RESTA

/// What is measured: a decoder, or no defence at all.
enum BenchSubject: String, CaseIterable, Encodable {
  /// The plain model: what everything is compared with.
  case undefended
  /// The oracle.
  case reference
  /// All copies in one batch and nothing shared: what is usually built.
  case naive
  /// The default.
  case fast

  /// The decoder that runs it.
  var decoder: DecoderKind {
    switch self {
    case .undefended, .fast: .fast
    case .naive: .naive
    case .reference: .reference
    }
  }
}

/// One row of a benchmark: what is the same for all of its subjects.
struct BenchCase: Equatable {
  /// Tokens of user content.
  var userTokens: Int
  /// Tokens of the answer, exactly.
  var answerTokens: Int
  /// k.
  var samples: Int
  /// l.
  var prefix: PrefixLength
}

/// One measured generation.
struct BenchSample {
  let result: GenerationResult
  /// The most key-value cells that were in use.
  let peakCells: Int
}
