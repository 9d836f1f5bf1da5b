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

  /// Makes options.
  ///
  /// - Parameters:
  ///   - maximumTokens: At least 1. Default: 256.
  ///   - stop: Non-empty texts. Default: none.
  ///   - sampling: Default: greedy.
  ///   - ignoresEndOfGeneration: Default: `false`.
  public init(
    maximumTokens: Int = 256, stop: [String] = [], sampling: SamplingSettings = SamplingSettings(),
    ignoresEndOfGeneration: Bool = false
  ) {
    self.maximumTokens = maximumTokens
    self.stop = stop
    self.sampling = sampling
    self.ignoresEndOfGeneration = ignoresEndOfGeneration
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
    try sampling.validate()
  }
}
