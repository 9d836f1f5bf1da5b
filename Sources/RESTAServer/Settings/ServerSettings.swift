package import RESTA

/// What the operator of a server decides: its address, model, defence, limits and what clients may choose.
///
/// Each setting is a key of a YAML file, an environment variable and a flag; see ``load(file:environment:flags:from:)``.
/// The names of the keys are the paths of the properties in snake case: ``Limits/queue`` is `limits.queue`,
/// and `RESTA_SERVE_LIMITS_QUEUE` in the environment. ``yaml()`` prints them all with their documentation.
/// No setting is a secret: keys and the secret of sticky noise come from a file and from the environment.
///
/// ```swift
/// var settings = ServerSettings()
/// settings.client.samples = .init(min: 10, max: 20)
/// try settings.validate()
/// ```
public struct ServerSettings: Sendable, Hashable {
  /// Where the server listens, and from where it may be used.
  public var listen = Listen()
  /// The model; read by whoever loads it.
  public var model = Model()
  /// The defence of a request that names none: the operator's own.
  public var defense = Defense()
  /// What a request may choose, and what its reply shows.
  public var client = Client()
  /// What is put into every prompt.
  public var prompt = Prompt()
  /// What an answer is like when its request does not say.
  public var answer = Answer()
  /// What bounds the work and the time of requests.
  public var limits = Limits()
  /// How often each key may ask.
  public var rates = Rates()
  /// Who may ask.
  public var keys = Keys()
  /// Who may read the metrics, and what of the defence they show.
  public var metrics = Metrics()
  /// What is logged.
  public var log = Log()
  /// Whether the playground is served at `/`; `true` by default.
  public var page = true

  /// Makes the default settings.
  public init() {}
}

extension ServerSettings {
  /// Lets clients choose any noise, sigma (0...4), k (1...32) and l, switch the defence off, and see
  /// votes and log-probabilities.
  ///
  /// For trying RESTA out on one's own machine: margins help whoever looks for an attack, and a
  /// client that may switch the defence off has none.
  public mutating func allowTrying() {
    client.expose = .votes
    client.off = true
    client.noise = Set(Client.noises)
    client.sigma = Client.Bounds(min: 0, max: 4)
    client.samples = Client.Bounds(min: 1, max: 32)
    client.prefix = Client.Bounds(min: .tokens(0), max: .all)
    client.logprobs = true
  }

  /// Checks every value, and those that must fit together.
  ///
  /// What depends on the model (noise, k and l, where they are not chosen) is checked when the server knows it.
  ///
  /// - Throws: ``ServerError`` with `invalidSetting`, naming the setting, what is expected and what
  ///   was found.
  public func validate() throws(ServerError) {
    var copy = self
    for setting in Self.table {
      try setting.apply(setting.write(self), at: "settings", to: &copy)
    }
    try defense.check()
    try require(
      (listen.tlsCertificate == nil) == (listen.tlsKey == nil),
      "listen.tls_certificate and listen.tls_key are needed both, or none.")
    try require(
      answer.maxTokens <= limits.answerTokens,
      "answer.max_tokens is \(answer.maxTokens), above limits.answer_tokens, \(limits.answerTokens)."
    )
    try require(
      answer.temperature <= client.temperature,
      "answer.temperature is \(answer.temperature), above client.temperature, "
        + "\(client.temperature).")
    try client.samples.check("samples", own: defense.own("samples", \.samples)) { "\($0)" }
    try client.prefix.lengths.check(
      "prefix", own: defense.own("prefix", \.prefix.length), text: PrefixLength.text(ofLength:))
    try client.sigma.check("sigma", own: defense.sigma, text: SettingValue.text(of:))
    // A floor in a unit that the model's recommendation decides is a floor nobody knows.
    try require(
      (client.sigma.min ?? 0) == 0 || defense.sigmaUnit != nil,
      "client.sigma.min needs defense.sigma_unit: without its unit it is no known floor.")
  }

  private func require(_ condition: Bool, _ message: String) throws(ServerError) {
    guard condition else { throw ServerError(.invalidSetting, message) }
  }

  /// With the k and l that are in force on weights that were calibrated: for reckoning with them.
  package func inForce(_ known: CalibratedSetting?) -> ServerSettings {
    guard let known else { return self }
    var settings = self
    if defense.own("samples", \.samples) == nil { settings.defense.samples = known.samples }
    if defense.own("prefix", \.prefix) == nil { settings.defense.prefix = known.prefix }
    return settings
  }

  /// Combinations of settings that are allowed but risky, as sentences for the operator.
  ///
  /// - Parameter hasKeys: Whether an API key is needed to ask.
  /// - Returns: The sentences, the gravest first; empty for the defaults.
  public func warnings(hasKeys: Bool) -> [String] {
    var warnings: [String] = []
    func warn(_ isRisky: Bool, _ words: String) {
      if isRisky { warnings.append(words) }
    }
    warn(
      defense.noise == NoiseKind.none || defense.sigma == 0 || defense.prefix == .tokens(0),
      "The defence is off: a request that asks for nothing else is answered without any"
        + " (defense.noise, defense.sigma, defense.prefix).")
    warn(
      defense.sticky != .off && client.opensRetries,
      "Noise is sticky, and clients may change it all the same by choosing another noise, sigma, k"
        + " or l, or a temperature above 0 (client).")
    warn(
      defense.sticky == .conversation,
      "All turns of a conversation are asked under the noise of its first message, so that later"
        + " turns can be tried against noise that does not change (defense.sticky).")
    let chosen = defense.chosen
    let open = client.roles.subtracting(chosen.value.perturbed.roles).subtracting([.assistant]).map(
      \.rawValue)
    warn(
      !open.isEmpty,
      "What a client writes as \(open.sorted().joined(separator: " or ")) is not perturbed: an attack"
        + " fits there (defense.perturb, client.roles).")
    warn(
      chosen.value.perturbed.lastUserTurnOnly,
      "Earlier user turns are not perturbed: an attack fits there (defense.last_turn_only).")
    warn(
      client.assistantTurns == .trusted && client.roles.contains(.assistant),
      "Clients may make up assistant turns, which are not perturbed (client.assistant_turns).")
    warn(
      metrics.margins && metrics.keys.isEmpty,
      "Every client may read margins from /metrics (metrics.margins): they tell an attacker which of"
        + " two prompts is nearer to success. Give the monitoring's key in metrics.keys.")
    guard !listen.isLoopback else { return warnings }
    warn(
      client.completions,
      "Clients on the network may send raw prompts to /v1/completions, without the chat format that the"
        + " model learned to refuse in (client.completions).")
    warn(
      !hasKeys,
      "Anybody who reaches \(listen.host) may ask: give API keys (keys.file or $RESTA_API_KEYS),"
        + " or listen on 127.0.0.1.")
    warn(
      hasKeys && listen.tlsCertificate == nil,
      "API keys and prompts cross the network unencrypted: give listen.tls_certificate and"
        + " listen.tls_key, or listen on 127.0.0.1 behind a proxy that has them.")
    warn(
      rates.tokensPerMinute == nil,
      "Clients on the network have no rate (rates.tokens_per_minute): \(limits.concurrency) requests"
        + " of one client can hold all places for limits.request_seconds,"
        + " \(SettingValue.text(of: limits.requestSeconds)) s, over and over.")
    warn(
      client.off,
      "Clients on the network may switch the defence off (client.off), and so may an attacker.")
    warn(
      !client.off && client.sigma.min == 0,
      "Clients on the network may choose noise so weak that it defends nothing (client.sigma.min).")
    warn(
      client.expose == .votes,
      "Clients on the network may see votes (client.expose): their margins tell an attacker which"
        + " of two prompts is nearer to success.")
    warn(
      client.logprobs,
      "Clients on the network may see log-probabilities (client.logprobs), which tell an attacker"
        + " as much as votes do.")
    return warnings
  }
}

extension ServerSettings.Client {
  /// Whether asking for the same prompt with another choice is another try.
  fileprivate var opensRetries: Bool {
    let none = ServerSettings.Client()
    return !noise.isEmpty || sigma != none.sigma || samples != none.samples
      || prefix != none.prefix || temperature > 0
  }
}
