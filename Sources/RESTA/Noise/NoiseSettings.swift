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

  /// Whether a sigma means the same noise power as it does for isotropic noise.
  ///
  /// Default: `false`.
  ///
  /// Directional noise of unit scale has power |u|² = 1, isotropic noise has d; power matching draws
  /// s ~ N(0, d), which is to multiply sigma by √d. A relative sigma is then relative to the
  /// embeddings' RMS as it is for isotropic noise, since their norm holds that √d already. Reference: arXiv 2603.15259.
  public var powerMatched: Bool

  /// Makes settings; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - kind: The distribution.
  ///   - sigma: The strength.
  ///   - powerMatched: Whether directional noise has isotropic noise's power. Default: `false`.
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
  /// - Throws: ``RESTAError/Code/invalidSetting`` if sigma is out of range, or if noise is to be power
  ///   matched that is not directional.
  /// - Complexity: O(1).
  public func validate() throws(RESTAError) {
    try sigma.validate()
    guard !powerMatched || kind.isDirectional else {
      throw RESTAError(
        .invalidSetting,
        "power matching is on for \(kind.rawValue) noise, where it has no meaning:"
          + " use hard or soft noise, or turn it off")
    }
  }
}
