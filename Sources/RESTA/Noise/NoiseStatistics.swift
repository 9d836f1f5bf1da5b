/// What noise does to the user content of one prompt, over several copies.
///
/// Hard noise turns an embedding around when σs < -|e|, and the model's first normalisation hides a
/// pure scaling: for hard noise, flips are nearly all that the first block sees.
package struct NoiseStatistics: Sendable, Hashable {
  /// The share of embeddings that were turned around: e~·e < 0.
  ///
  /// It is in 0...1, and `nil` if no embedding has a direction. For hard noise, Φ(-|e|/σ) is expected.
  package let flipShare: Double?

  /// The mean of the cosine between e and e~, in -1...1; `nil` where ``flipShare`` is, or where an
  /// embedding is not finite.
  package let meanCosine: Double?

  /// The mean of |e~| / |e|; `nil` where ``flipShare`` is, or where an embedding is not finite.
  package let meanNormRatio: Double?

  /// Measures noise on a prompt.
  ///
  /// Embeddings of norm 0 have no direction and are left out; one that becomes 0 has no cosine.
  ///
  /// - Precondition: As for ``EmbeddingNoise/perturb(_:positions:copy:rows:)``; `copies >= 0`.
  package init(
    of noise: EmbeddingNoise, embeddings: EmbeddingMatrix, positions: [Int], copies: Int
  ) {
    precondition(copies >= 0, "noise cannot be measured over \(copies) copies")
    var flips = 0.0
    var cosines = Mean()
    var ratios = Mean()
    for position in positions {
      let before = embeddings[row: position]
      for copy in 0..<copies {
        let after = noise.perturbedRow(before, position: position, copy: copy)
        guard let change = RowChange(from: before, to: after[...]) else { continue }
        ratios.add(change.normRatio)
        guard let cosine = change.cosine else { continue }
        if cosine < 0 { flips += 1 }
        cosines.add(cosine)
      }
    }
    flipShare = ratios.count == 0 ? nil : flips / ratios.count
    meanCosine = cosines.value
    meanNormRatio = ratios.value
  }

  private struct Mean {
    var sum = 0.0
    var count = 0.0

    mutating func add(_ value: Double) {
      sum += value
      count += 1
    }

    var value: Double? { count > 0 && sum.isFinite ? sum / count : nil }
  }
}

/// What noise does to one token's embedding.
package struct RowChange: Sendable, Hashable {
  /// The cosine between e and e~, in -1...1; `nil` where e~ is 0.
  package let cosine: Double?
  /// |e~| / |e|.
  package let normRatio: Double
  /// Of the coordinates of e that are not 0, the share without the same sign in e~.
  package let signFlips: Double

  /// Compares an embedding with its noisy one; `nil` for an embedding of norm 0, which has no direction.
  ///
  /// - Precondition: Both have as many values.
  package init?(from before: ArraySlice<Float>, to after: ArraySlice<Float>) {
    precondition(before.count == after.count, "an embedding keeps its dimensions")
    let norm = before.sumOfSquares.squareRoot()
    guard norm != 0 else { return nil }
    var (dot, flips, signs) = (0.0, 0, 0)
    for (e, perturbed) in zip(before, after) {
      dot += Double(e) * Double(perturbed)
      if e != 0 { signs += 1 }
      if e < 0 && perturbed >= 0 || e > 0 && perturbed <= 0 { flips += 1 }
    }
    let perturbedNorm = after.sumOfSquares.squareRoot()
    normRatio = perturbedNorm / norm
    signFlips = Double(flips) / Double(max(1, signs))
    guard perturbedNorm != 0 else {
      cosine = nil
      return
    }
    // Rounding may leave the interval, by an ulp.
    let ratio = dot / (norm * perturbedNorm)
    cosine = ratio > 1 ? 1 : ratio < -1 ? -1 : ratio
  }
}
