/// Which inputs a model takes.
package struct InputLimits: Sendable, Hashable {
  /// The number of tokens in the vocabulary.
  package let vocabularySize: Int
  /// The length of an embedding vector.
  package let dimensions: Int

  /// Makes limits.
  ///
  /// - Parameters:
  ///   - vocabularySize: At least 1.
  ///   - dimensions: At least 1.
  package init(vocabularySize: Int, dimensions: Int) {
    self.vocabularySize = vocabularySize
    self.dimensions = dimensions
  }

  /// Checks what is to be fed: in a pass that several share, a bad input would fail all of them.
  ///
  /// - Parameter segments: What is to be fed.
  /// - Throws: ``RESTAError`` with `engineFailed` or `nonFiniteOutput`; `CancellationError` when the
  ///   task is cancelled.
  /// - Complexity: O(values).
  package func check(_ segments: [ForwardSegment]) throws {
    for segment in segments where segment.input.count > 0 {
      try Task.checkCancellation()
      switch segment.input {
      case .tokens(let tokens):
        guard tokens.allSatisfy({ (0..<vocabularySize).contains(Int($0)) }) else {
          throw RESTAError(
            .engineFailed, "A token is outside of the vocabulary (\(vocabularySize) tokens).")
        }
      case .embeddings(let matrix):
        guard matrix.dimensions == dimensions else {
          throw RESTAError(
            .engineFailed,
            "Embeddings of width \(matrix.dimensions) do not fit a model of \(dimensions).")
        }
        guard matrix.values.allSatisfy(\.isFinite) else {
          throw RESTAError(
            .nonFiniteOutput,
            "The perturbed embeddings hold values that are not finite numbers: sigma is too large.")
        }
      }
    }
  }
}
