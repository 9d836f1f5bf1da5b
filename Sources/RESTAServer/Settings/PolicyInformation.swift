import RESTA

/// What a request may choose, and what its reply shows: what `GET /v1/resta` tells.
struct PolicyInformation: Sendable, Hashable {
  /// The defence of a request that chooses nothing.
  var defense: DefenseSettings
  /// The noises that may be chosen; `none` is ``off``.
  var noises: [NoiseKind]
  /// The sigmas that may be chosen, in the unit of the sigma of ``defense``.
  var sigma: ClosedRange<Double>
  /// The k that may be chosen.
  var samples: ClosedRange<Int>
  /// The l that may be chosen, each as its ``RESTA/PrefixLength/length``.
  var prefix: ClosedRange<Int>
  /// Whether the defence may be switched off: by noise `none`, a sigma of 0 or a prefix of 0.
  var off: Bool
  /// Whether log-probabilities may be asked for.
  var logprobs: Bool
  /// What replies show.
  var exposure: Exposure
}
