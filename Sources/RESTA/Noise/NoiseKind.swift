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
