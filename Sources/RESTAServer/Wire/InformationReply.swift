import RESTA
import RESTADocuments

/// The reply to `GET /v1/resta`: what may be chosen.
struct InformationReply: Encodable, Sendable {
  /// The least and the greatest value that a client may choose; the operator's own twice where there is no choice.
  struct Bounds<Value: Encodable & Sendable>: Encodable, Sendable {
    let min: Value
    let max: Value
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
  var defense: Nullable<RestaSettings>?
  var client: Client?
  let limits: Limits
}

extension InformationReply {
  /// What a server says about its defence.
  init(_ served: ServedModel, settings: ServerSettings) {
    let policy = served.policy
    self.init(
      model: served.id, exposure: policy.exposure.rawValue,
      limits: Limits(
        answerTokens: settings.limits.answerTokens, choices: settings.limits.choices))
    guard policy.exposure > .none else { return }
    func prefix(_ length: Int) -> PrefixReport { PrefixReport(PrefixLength(length: length)) }
    defense = Nullable(
      wrappedValue: policy.defense.perturbs
        ? RestaSettings(
          defense: policy.defense, sticky: settings.defense.sticky,
          calibration: policy.calibration)
        : nil)
    client = Client(
      noise: policy.noises,
      sigma: Bounds(min: policy.sigma.lowerBound, max: policy.sigma.upperBound),
      samples: Bounds(min: policy.samples.lowerBound, max: policy.samples.upperBound),
      prefix: Bounds(
        min: prefix(policy.prefix.lowerBound), max: prefix(policy.prefix.upperBound)),
      off: policy.off, logprobs: settings.client.logprobs,
      temperature: Bounds(min: 0, max: settings.client.temperature))
  }
}

/// The defence of a reply: every row of the settings' table but the seed, which may be a secret.
struct RestaSettings: Encodable, Sendable, Hashable {
  let defense: DefenseSettings
  /// For what the noise is the same.
  let sticky: ServerSettings.Sticky
  /// What the strength of its noise rests on.
  let calibration: Calibration

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NamedKey.self)
    for row in DefenseSettings.table where row.name != "seed" {
      try container.encode(JSONValue(row.write(defense)), forKey: NamedKey(row.reportedAs))
    }
    try container.encode(JSONValue(sticky.value), forKey: NamedKey("sticky"))
    try container.encode(calibration, forKey: NamedKey("calibration"))
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
  }

  let object = "list"
  let data: [Entry]

  init(id: String, created: Int) {
    data = [Entry(id: id, created: created)]
  }
}
