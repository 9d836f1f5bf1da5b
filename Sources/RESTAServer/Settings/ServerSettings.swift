import RESTA

/// What the operator of a server decides: its address, model, defence, limits and what clients may
/// choose.
///
/// Each setting is a key of a YAML file, an environment variable and a flag; see ``load(file:environment:flags:preset:)``.
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
  /// What is logged.
  public var log = Log()
  /// Whether the playground is served at `/`.
  ///
  /// Default: `true`.
  public var page = true

  /// Makes the default settings.
  public init() {}
}

/// Changes of the default settings that belong together; a file, the environment and flags win over
/// them.
public enum SettingPreset: Sendable, Hashable, CaseIterable {
  /// Clients may try everything the playground offers: see ``ServerSettings/allowTrying()``.
  case playground
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
}
