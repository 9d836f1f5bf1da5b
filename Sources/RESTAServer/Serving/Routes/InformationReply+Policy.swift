import RESTA

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
