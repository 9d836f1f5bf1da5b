/// How an answer is generated, apart from the defence.
public struct GenerationOptions: Sendable, Hashable, Codable {
  /// The most tokens of the answer, at least 1; 256 by default.
  public var maximumTokens: Int
  /// Texts that end the answer and are not part of it; none by default.
  public var stop: [String]
  /// How tokens after the voted prefix are chosen; greedily by default.
  public var sampling: SamplingSettings
  /// Whether tokens that end an answer are tokens like others, so that it always reaches its maximum length, for
  /// measurements; `false` by default.
  public var ignoresEndOfGeneration: Bool
  /// For how many of the most likely tokens in each place log-probabilities are given, 0...20, where
  /// nothing is voted on; that of the chosen token is given besides, so 0 is that one alone.
  ///
  /// They change no answer, and reach who takes the tokens by ``GeneratedToken/logProbabilities``.
  /// Whoever sees them sees by how much a token was chosen, which helps to attack a model.
  ///
  /// Default: `nil`, none; then nothing is computed.
  public var logProbabilities: Int?

  /// Makes options; nothing is checked before ``validate()``.
  public init(
    maximumTokens: Int = 256, stop: [String] = [], sampling: SamplingSettings = SamplingSettings(),
    ignoresEndOfGeneration: Bool = false, logProbabilities: Int? = nil
  ) {
    self.maximumTokens = maximumTokens
    self.stop = stop
    self.sampling = sampling
    self.ignoresEndOfGeneration = ignoresEndOfGeneration
    self.logProbabilities = logProbabilities
  }

  /// Checks every value.
  ///
  /// - Throws: `RESTAError` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    try RESTAError.require(
      maximumTokens >= 1, "The maximum number of tokens must be 1 or more, not \(maximumTokens).")
    try RESTAError.require(!stop.contains(""), "A stop string must not be empty.")
    let listed = logProbabilities ?? 0
    try RESTAError.require(
      (0...20).contains(listed),
      "The number of tokens with log-probabilities must be from 0 to 20, not \(listed).")
    try sampling.validate()
  }
}

extension GenerationOptions: DescribedSettings {
  package static let defaults = GenerationOptions()

  /// The rows of the options.
  package static let table: [Setting<GenerationOptions>] = [
    Setting(
      "max_tokens", \.maximumTokens, .integer(1...), "The most tokens of the answer.",
      default: "256", flag: .option(value: "m")),
    Setting(
      "stop", \.stop, .list(of: .text),
      "End the answer at this text; may be given several times.", flag: .option(value: "text")),
    Setting(
      "ignore_eos", \.ignoresEndOfGeneration, .flag,
      "Go on behind the token that ends an answer, up to --max-tokens: for measurements.",
      default: "false", flag: .toggle(name: "ignore-eos", value: .bool(true))),
    Setting(
      "temperature", \.sampling.temperature, .number(0...),
      "Randomness of the tokens behind the voted prefix; 0 is greedy.", default: "0.0",
      flag: .option(value: "t")),
    Setting(
      "top_p", \.sampling.topP, .number(0...1),
      "Sample from the smallest set with this probability.", default: "1.0",
      flag: .option(value: "p")),
    Setting(
      "top_k", \.sampling.topK, .integer(0...), "Sample from so many best tokens; 0 is all.",
      default: "0", flag: .option(value: "n")),
    Setting(
      "min_p", \.sampling.minP, .number(0...1),
      "Sample from tokens at least so likely, relative to the best one.", default: "0.0",
      flag: .option(value: "p")),
    Setting(
      "sampling_seed", \.sampling.seed, .optional(.seed),
      "The seed of sampling; it never touches the noise.", default: "drawn, and reported",
      flag: .option(value: "n")),
  ]
}
