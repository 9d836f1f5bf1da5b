import RESTA

/// The defence of a reply.
struct RestaSettings: Encodable, Sendable, Hashable {
  let noise: NoiseKind
  let sigma: Double
  let sigmaUnit: Sigma.Unit
  let samples: Int
  let prefix: PrefixReport
  let sticky: Bool

  /// Describes a defence.
  ///
  /// - Parameters:
  ///   - defense: Its settings.
  ///   - sticky: Whether the same prompt gets the same noise.
  init(_ defense: DefenseSettings, sticky: Bool) {
    noise = defense.noise.kind
    sigma = defense.noise.sigma.value
    sigmaUnit = defense.noise.sigma.unit
    samples = defense.samples
    prefix = PrefixReport(defense.prefix)
    self.sticky = sticky
  }
}
