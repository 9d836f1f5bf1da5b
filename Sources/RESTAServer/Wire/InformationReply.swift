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

extension InformationReply {
  /// What a server says about its defence.
  ///
  /// - Parameters:
  ///   - served: The model and its policy.
  ///   - settings: The server's.
  init(_ served: ServedModel, settings: ServerSettings) {
    let limits = Limits(
      answerTokens: settings.limits.answerTokens, choices: settings.limits.choices)
    let policy = served.policy.information
    guard policy.exposure > .none else {
      self.init(model: served.id, limits: limits)
      return
    }
    func prefix(_ length: Int) -> PrefixReport {
      PrefixReport(length == .max ? .all : .tokens(length))
    }
    self.init(
      model: served.id, exposure: policy.exposure.rawValue,
      defense: policy.defense.isActive
        ? RestaSettings(policy.defense, sticky: settings.defense.sticky) : nil,
      client: Client(
        noise: policy.noises,
        sigma: Bounds(min: policy.sigma.lowerBound, max: policy.sigma.upperBound),
        samples: Bounds(min: policy.samples.lowerBound, max: policy.samples.upperBound),
        prefix: Bounds(
          min: prefix(policy.prefix.lowerBound), max: prefix(policy.prefix.upperBound)),
        off: policy.off, logprobs: policy.logprobs,
        temperature: Bounds(min: 0, max: settings.client.temperature)),
      limits: limits)
  }
}

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

/// The reply to `GET /v1/models`.
struct ModelList: Encodable, Sendable, Hashable {
  /// A model, alone or in the list.
  struct Entry: Encodable, Sendable, Hashable {
    let id: String
    let object = "model"
    let created: Int
    let ownedBy = "resta"

    /// Describes a model.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - created: When the server loaded it, in seconds since 1970.
    init(id: String, created: Int) {
      self.id = id
      self.created = created
    }
  }

  let object = "list"
  let data: [Entry]

  /// Makes the list of the one model that is served.
  ///
  /// - Parameters:
  ///   - id: Its name.
  ///   - created: When the server loaded it, in seconds since 1970.
  init(id: String, created: Int) {
    data = [Entry(id: id, created: created)]
  }
}
