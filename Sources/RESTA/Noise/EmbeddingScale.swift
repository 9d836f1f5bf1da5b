/// How large a model's token embeddings are: what a relative sigma is a multiple of.
///
/// A constant of the model and never of a prompt, because whoever writes the prompt would then set the
/// noise: padding with tokens of small norm would take a third off it. An engine measures it when it
/// loads the model, on ``sample(of:)``.
///
/// ```swift
/// let scale = EmbeddingScale(meanNorm: 3.15, rootMeanSquare: 0.131)
/// let half = NoiseSettings(kind: .hard, sigma: Sigma(value: 0.5, unit: .relative))
/// try EmbeddingNoise(half, scale: scale, seed: 7).sigma  // 1.575
/// ```
public struct EmbeddingScale: Sendable, Hashable, Codable {
  /// The mean of the embeddings' norms |e|, at least 0: the unit of directional noise.
  public var meanNorm: Double

  /// The root of the mean square over the embeddings and their dimensions, about ``meanNorm`` / √d.
  ///
  /// The unit of the other kinds, and of power-matched noise.
  public var rootMeanSquare: Double

  /// Describes embeddings.
  public init(meanNorm: Double, rootMeanSquare: Double) {
    self.meanNorm = meanNorm
    self.rootMeanSquare = rootMeanSquare
  }

  /// Measures embeddings, `[tokens, dimensions]`, at least one row.
  ///
  /// - Parameter embeddings: The rows, each of which counts the same.
  /// - Complexity: O(tokens · dimensions).
  public init(of embeddings: EmbeddingMatrix) {
    var (norms, squares) = (0.0, 0.0)
    for row in 0..<embeddings.rows {
      let square = embeddings[row: row].sumOfSquares
      norms += square.squareRoot()
      squares += square
    }
    let rows = Double(max(1, embeddings.rows))
    self.init(
      meanNorm: norms / rows,
      rootMeanSquare: (squares / (rows * Double(embeddings.dimensions))).squareRoot())
  }

  /// The most tokens of a ``sample(of:)``.
  public static let sampleSize = 4096

  /// The tokens that a model's scale is measured on: plain text tokens, evenly spread over the
  /// vocabulary, all of them where there are no more than ``sampleSize``.
  ///
  /// Of N plain ones in the order of their ids it takes number ⌊i · N / n⌋ for i in `0..<n`, with
  /// n = min(N, ``sampleSize``). Control, unknown, unused and added tokens are not plain.
  ///
  /// - Parameter tokenizer: The model's vocabulary.
  /// - Returns: Token ids, ascending; empty for a vocabulary without plain tokens.
  /// - Complexity: O(vocabulary).
  public static func sample(of tokenizer: any Tokenizer) -> [TokenID] {
    let plain = (0..<TokenID(clamping: tokenizer.vocabularySize)).filter {
      tokenizer.kind(of: $0) == .normal
    }
    let count = min(plain.count, sampleSize)
    return (0..<count).map { plain[$0 * plain.count / count] }
  }

  /// The sigma of a noise as a multiple of its unit; `nil` where all embeddings are 0.
  package func relative(_ noise: EmbeddingNoise) -> Double? {
    let unit = unit(for: noise.kind, powerMatched: noise.powerMatched)
    return unit > 0 ? noise.sigma / unit : nil
  }

  /// The unit of a relative sigma of a noise.
  package func unit(for kind: NoiseKind, powerMatched: Bool) -> Double {
    kind.isDirectional && !powerMatched ? meanNorm : rootMeanSquare
  }
}
