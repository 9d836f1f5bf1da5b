/// Which noise perturbs user content, and how strongly.
///
/// ```swift
/// // The paper's, for Llama 2:
/// let settings = NoiseSettings(kind: .hard, sigma: Sigma(value: 0.8, unit: .absolute))
/// ```
public struct NoiseSettings: Sendable, Hashable, Codable {
  /// The distribution.
  public var kind: NoiseKind

  /// The strength, with its unit.
  public var sigma: Sigma

  /// Whether a sigma means the same noise power as it does for isotropic noise; `false` by default.
  ///
  /// Directional noise of unit scale has power |u|² = 1, isotropic noise has d; power matching draws s ~ N(0, d),
  /// which is to multiply sigma by √d. A relative sigma is then relative to the embeddings' RMS as it is for
  /// isotropic noise, since their norm holds that √d already. Reference: arXiv 2603.15259.
  public var powerMatched: Bool

  /// The paper's, on the models that it was chosen for: Llama 2 and its fine-tunes.
  static let paper = NoiseSettings(kind: .hard, sigma: Sigma(value: 0.8, unit: .absolute))

  /// Makes settings; nothing is checked before ``validate()``.
  public init(kind: NoiseKind, sigma: Sigma, powerMatched: Bool = false) {
    self.kind = kind
    self.sigma = sigma
    self.powerMatched = powerMatched
  }

  /// Decodes settings; `powerMatched` may be missing, and is then `false`.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: A `DecodingError` if a value is missing or of another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(NoiseKind.self, forKey: .kind)
    sigma = try container.decode(Sigma.self, forKey: .sigma)
    powerMatched = try container.decodeIfPresent(Bool.self, forKey: .powerMatched) ?? false
  }

  /// Checks the settings.
  ///
  /// - Throws: `RESTAError.Code.invalidSetting` if sigma is out of range, or if noise is to be power
  ///   matched that is not directional.
  /// - Complexity: O(1).
  public func validate() throws(RESTAError) {
    try sigma.validate()
    try RESTAError.require(
      !powerMatched || kind.isDirectional,
      "power matching is on for \(kind.rawValue) noise, where it has no meaning:"
        + " use hard or soft noise, or turn it off")
  }
}

/// A distribution of embedding noise, by the paper's name.
///
/// With e a token's embedding, u = e / |e|, z ~ N(0, I_d) and s ~ N(0, 1), the perturbed embedding is:
///
/// | kind | H(e) |
/// | --- | --- |
/// | none | e |
/// | isotropic | e + σz |
/// | hard directional | e + σsu, one scalar s per token and copy |
/// | soft directional | e + σ(z ⊙ u), elementwise |
/// | orthogonal | e + σ(z - (z·u)u) |
///
/// Hard noise with s = z·u and orthogonal noise of the same z add up to isotropic noise.
///
/// Reference: RESTA, arXiv 2501.16497, the section on embedding perturbations.
public enum NoiseKind: String, Sendable, CaseIterable, Codable {
  /// No noise at all.
  case none
  /// Isotropic Gaussian: the same in every direction.
  case isotropic
  /// Hard directional: along the embedding, so that it is scaled by 1 + σs/|e|.
  case hard
  /// Soft directional: each dimension is scaled by its own 1 + σz/|e|.
  case soft
  /// Orthogonal: isotropic without its part along the embedding.
  case orthogonal

  /// Whether the noise is a multiple of the embedding's own direction, as hard and soft noise are.
  ///
  /// Relative sigma has another unit for these kinds, and only these can be power matched.
  public var isDirectional: Bool { self == .hard || self == .soft }
}

/// The strength σ of embedding noise, with its unit.
///
/// An absolute sigma does not carry over between models, because the sizes of their embeddings differ;
/// a relative one is a multiple of that size, so scaling all embeddings scales the noise with them.
///
/// ```swift
/// Sigma(value: 0.8, unit: .absolute)  // the papers' unit
/// Sigma(value: 0.5, unit: .relative)  // half of the model's typical embedding
/// ```
public struct Sigma: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What a sigma is measured in.
  public enum Unit: String, Sendable, CaseIterable, Codable {
    /// The embedding's own unit: the papers' sigma.
    case absolute
    /// A multiple of the size of the model's embeddings (``EmbeddingScale``): of their mean norm for
    /// directional noise, of their root mean square per dimension for the other kinds.
    case relative
  }

  /// The strength in its unit: a finite number, 0 or more; 0 means no noise.
  public var value: Double

  /// What ``value`` is measured in.
  public var unit: Unit

  /// Makes a sigma; nothing is checked before ``validate()``.
  public init(value: Double, unit: Unit) {
    self.value = value
    self.unit = unit
  }

  /// The value and its unit, such as `0.8 absolute`.
  public var description: String { "\(value) \(unit.rawValue)" }

  /// Checks the value.
  ///
  /// - Throws: `RESTAError.Code.invalidSetting` unless the value is finite and at least 0.
  /// - Complexity: O(1).
  public func validate() throws(RESTAError) {
    try RESTAError.require(
      value.isFinite && value >= 0, "sigma is \(value): give a finite number, 0 or more")
  }

  /// This sigma in the unit of the embeddings.
  ///
  /// A relative one is the value times the model's mean |e| for directional noise, and times its root
  /// mean square for the others, power-matched noise among them: its sigma is to mean the same noise
  /// power as isotropic noise of that sigma.
  package func absolute(
    for kind: NoiseKind, powerMatched: Bool = false, scale: EmbeddingScale
  ) -> Double {
    switch unit {
    case .absolute: value
    case .relative: value * scale.unit(for: kind, powerMatched: powerMatched)
    }
  }
}
