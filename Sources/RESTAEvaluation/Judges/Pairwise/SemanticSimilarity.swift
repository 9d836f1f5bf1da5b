/// Says how alike two texts are in meaning.
public protocol SemanticSimilarity: Sendable {
  /// The name of what measures it, such as an embedding model's.
  var id: String { get }

  /// Compares two texts.
  ///
  /// - Parameters:
  ///   - first: A text.
  ///   - second: Another one.
  /// - Returns: In -1...1; 1 is the same meaning.
  /// - Throws: ``EvaluationError`` with `judgeFailed`, what the measuring model throws, or
  ///   `CancellationError`.
  func similarity(_ first: String, _ second: String) async throws -> Double
}

/// The cosine of the angle between two texts' embeddings.
public struct EmbeddingSimilarity: SemanticSimilarity {
  /// Makes a text's embedding, of the same dimensions each time.
  public typealias Embed = @Sendable (_ text: String) async throws -> [Float]

  /// The embedding model's name.
  public let id: String

  private let embed: Embed

  /// Makes a measure.
  ///
  /// - Parameters:
  ///   - id: The embedding model's name.
  ///   - embed: Makes embeddings.
  public init(id: String, embed: @escaping Embed) {
    self.id = id
    self.embed = embed
  }

  /// Compares two texts.
  ///
  /// - Parameters:
  ///   - first: A text.
  ///   - second: Another one.
  /// - Returns: The cosine, in -1...1.
  /// - Throws: What `embed` throws; ``EvaluationError`` with `judgeFailed` for vectors that have no
  ///   angle between them: of different dimensions, of no length, or not finite.
  public func similarity(_ first: String, _ second: String) async throws -> Double {
    let (a, b) = (try await embed(first), try await embed(second))
    guard a.count == b.count else {
      throw EvaluationError(
        .judgeFailed,
        "The embeddings of '\(id)' have \(a.count) and \(b.count) dimensions: use one model for both."
      )
    }
    // In Double: the squares of large Float components overflow.
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let cosine = product(a, b) / (product(a, a).squareRoot() * product(b, b).squareRoot())
    guard cosine.isFinite else {
      throw EvaluationError(
        .judgeFailed, "An embedding of '\(id)' has no direction: it is zero or not finite.")
    }
    return max(-1, min(1, cosine))
  }
}
