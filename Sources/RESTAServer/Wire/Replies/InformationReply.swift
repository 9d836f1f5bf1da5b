import RESTA

/// The reply to `GET /v1/resta`: what may be chosen.
struct InformationReply: Encodable, Sendable {
  /// The least and the greatest value that a client may choose; both `null` where there is no choice.
  struct Bounds<Value: Encodable & Sendable>: Encodable, Sendable {
    @Nullable var min: Value?
    @Nullable var max: Value?
  }

  /// What a request's `resta` object may hold.
  struct Client: Encodable, Sendable {
    var noise: [NoiseKind]
    var sigma: Bounds<Double>
    var samples: Bounds<Int>
    var prefix: Bounds<PrefixReport>
    /// Whether the defence may be switched off.
    var off: Bool
    /// Whether log-probabilities may be asked for.
    var logprobs: Bool
    var temperature: Bounds<Double>
  }

  /// What no request may exceed.
  struct Limits: Encodable, Sendable {
    var answerTokens: Int
    var choices: Int
  }

  let model: String
  let exposure: String
  /// Left out with an exposure of none; `null` when nothing is defended.
  let defense: Nullable<RestaSettings>?
  let client: Client?
  let limits: Limits

  /// Makes the reply of a server that shows nothing of its defence.
  ///
  /// - Parameters:
  ///   - model: The model's name.
  ///   - limits: What no request may exceed.
  init(model: String, limits: Limits) {
    self.model = model
    exposure = "none"
    defense = nil
    client = nil
    self.limits = limits
  }

  /// Makes the reply of a server that shows its defence.
  ///
  /// - Parameters:
  ///   - model: The model's name.
  ///   - exposure: `settings`, `cost` or `votes`.
  ///   - defense: The operator's own defence, or `nil` for none.
  ///   - client: What a request may choose.
  ///   - limits: What no request may exceed.
  init(
    model: String, exposure: String, defense: RestaSettings?, client: Client, limits: Limits
  ) {
    self.model = model
    self.exposure = exposure
    self.defense = Nullable(wrappedValue: defense)
    self.client = client
    self.limits = limits
  }
}
