import RESTA

/// What a request's `resta` object asks for; what is `nil` is left to the operator.
struct DefenseOverride: Sendable, Hashable {
  /// The noise; `none` asks for no defence at all.
  var noise: NoiseKind?
  /// Sigma in its unit.
  var sigma: Double?
  /// The unit of ``sigma``.
  var sigmaUnit: Sigma.Unit?
  /// k.
  var samples: Int?
  /// l.
  var prefix: PrefixLength?
  /// Whether the reply is to hold the votes, the seeds and the prompt's tokens.
  var votes = false
}
