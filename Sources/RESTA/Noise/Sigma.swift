/// The strength σ of embedding noise, with its unit.
///
/// An absolute sigma does not carry over between models, because the sizes of their embeddings differ;
/// a relative one is a multiple of that size, so scaling all embeddings scales the noise with them.
///
/// ```swift
/// Sigma(value: 0.8, unit: .absolute)  // the papers' unit
/// Sigma(value: 0.5, unit: .relative)  // half of the prompt's typical embedding
/// ```
public struct Sigma: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What a sigma is measured in.
  public enum Unit: String, Sendable, CaseIterable, Codable {
    /// The embedding's own unit: the papers' sigma.
    case absolute
    /// A multiple of the size of the prompt's user-content embeddings: of their mean norm for
    /// directional noise, of their root mean square per dimension for the other kinds.
    case relative
  }

  /// The strength in its unit: a finite number, 0 or more; 0 means no noise.
  public var value: Double

  /// What ``value`` is measured in.
  public var unit: Unit

  /// Makes a sigma; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - value: The strength: a finite number, 0 or more.
  ///   - unit: What it is measured in.
  public init(value: Double, unit: Unit) {
    self.value = value
    self.unit = unit
  }

  /// The value and its unit, such as `0.8 absolute`.
  public var description: String { "\(value) \(unit.rawValue)" }

  /// Checks the value.
  ///
  /// - Throws: ``RESTAError/Code/invalidSetting`` unless the value is finite and at least 0.
  /// - Complexity: O(1).
  public func validate() throws(RESTAError) {
    guard value.isFinite, value >= 0 else {
      throw RESTAError(.invalidSetting, "sigma is \(value): give a finite number, 0 or more")
    }
  }

  /// This sigma in the unit of the embeddings.
  ///
  /// Relative to R, the user-content rows `[tokens, dimensions]` of the prompt, it is the value times
  /// mean |e| for directional noise, and the value times √(mean of e² over R and its dimensions) for
  /// the others, power-matched noise among them: its sigma is to mean the same noise power as
  /// isotropic noise of that sigma. Without such rows there is nothing to perturb, and a relative sigma is 0.
  ///
  /// - Precondition: All `positions` are in `0..<embeddings.rows`.
  /// - Parameters:
  ///   - kind: The noise that the sigma is for.
  ///   - powerMatched: Whether its power is matched. Default: `false`.
  ///   - embeddings: The whole prompt, `[tokens, dimensions]`, unperturbed.
  ///   - positions: The prompt positions that hold user content, each once.
  /// - Returns: The absolute sigma; not finite if the embeddings are not, or the value is near the
  ///   largest `Double`.
  /// - Complexity: O(positions · dimensions).
  public func absolute(
    for kind: NoiseKind, powerMatched: Bool = false, embeddings: EmbeddingMatrix, positions: [Int]
  ) -> Double {
    switch unit {
    case .absolute: return value
    case .relative:
      let size =
        kind.isDirectional && !powerMatched
        ? embeddings.meanNorm(ofRows: positions) : embeddings.rootMeanSquare(ofRows: positions)
      return value * (size ?? 0)
    }
  }
}
