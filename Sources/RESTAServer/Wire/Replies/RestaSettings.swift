import RESTA

/// The defence of a reply.
struct RestaSettings: Encodable, Sendable, Hashable {
  let noise: NoiseKind
  let sigma: Double
  let sigmaUnit: Sigma.Unit
  let samples: Int
  let prefix: RestaPrefix
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
    prefix = RestaPrefix(defense.prefix)
    self.sticky = sticky
  }
}

/// l as a number, or the text `all`.
struct RestaPrefix: Encodable, Sendable, Hashable {
  let length: PrefixLength

  init(_ length: PrefixLength) { self.length = length }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch length {
    case .tokens(let count): try container.encode(count)
    case .all: try container.encode("all")
    }
  }
}
