/// How an answer is generated, apart from the defence.
public struct GenerationOptions: Sendable, Hashable, Codable {
  /// The most tokens of the answer, at least 1.
  ///
  /// Default: 256.
  public var maximumTokens: Int
  /// Texts that end the answer; they are not part of it.
  ///
  /// Default: none.
  public var stop: [String]
  /// How tokens after the voted prefix are chosen.
  ///
  /// Default: greedily.
  public var sampling: SamplingSettings
  /// Whether tokens that end an answer are tokens like others, so that it always reaches its maximum
  /// length: for measurements.
  ///
  /// Default: `false`.
  public var ignoresEndOfGeneration: Bool
  /// For how many of the most likely tokens in each place log-probabilities are given, 0...20, where
  /// nothing is voted on; that of the chosen token is given besides, so 0 is that one alone.
  ///
  /// They change no answer, and reach who takes the tokens by ``GeneratedToken/logProbabilities``.
  /// Whoever sees them sees by how much a token was chosen, which helps to attack a model.
  ///
  /// Default: `nil`, none; then nothing is computed.
  public var logProbabilities: Int?

  /// Makes options.
  ///
  /// - Parameters:
  ///   - maximumTokens: At least 1. Default: 256.
  ///   - stop: Non-empty texts. Default: none.
  ///   - sampling: Default: greedy.
  ///   - ignoresEndOfGeneration: Default: `false`.
  ///   - logProbabilities: How many tokens to list in each place, 0...20. Default: no
  ///     log-probabilities.
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
  /// - Throws: ``RESTAError`` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    guard maximumTokens >= 1 else {
      throw RESTAError(
        .invalidSetting, "The maximum number of tokens must be 1 or more, not \(maximumTokens).")
    }
    guard !stop.contains("") else {
      throw RESTAError(.invalidSetting, "A stop string must not be empty.")
    }
    if let logProbabilities {
      guard (0...20).contains(logProbabilities) else {
        throw RESTAError(
          .invalidSetting,
          "The number of tokens with log-probabilities must be from 0 to 20, not "
            + "\(logProbabilities).")
      }
    }
    try sampling.validate()
  }
}
