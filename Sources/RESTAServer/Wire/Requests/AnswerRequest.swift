import RESTA

/// What chat and completion requests say about the answer.
struct AnswerRequest: Sendable {
  /// Length, stop strings and sampling.
  var options: GenerationOptions
  /// How many answers, `n`, at least 1.
  var choices: Int
  /// Whether the answer is sent as it is made.
  var isStreamed: Bool
  /// Whether a stream ends with the usage.
  var includesUsage: Bool
  /// How many alternatives are wanted beside each token's log-probability; `nil` for no
  /// log-probabilities.
  var logProbabilities: Int?
  /// What the request asks of the defence.
  var defense: DefenseOverride

  /// Reads what both kinds of request share.
  ///
  /// - Parameters:
  ///   - fields: The body.
  ///   - logProbabilities: How many alternatives are wanted; the two kinds ask for it differently.
  ///   - defaults: The operator's defaults and limits.
  /// - Throws: ``APIError`` for a field of another type, out of range or not supported.
  init(
    _ fields: BodyFields, logProbabilities: Int?, defaults: RequestDefaults
  ) throws(APIError) {
    try RefusedField.check(fields)
    choices = try Self.choices(fields["n"], limit: defaults.choiceLimit)
    isStreamed = try fields["stream"].bool() ?? false
    includesUsage = try Self.includesUsage(fields["stream_options"], isStreamed: isStreamed)
    self.logProbabilities = logProbabilities
    defense = try DefenseOverride(fields["resta"])
    options = GenerationOptions(
      maximumTokens: try Self.maximumTokens(fields, defaults: defaults),
      stop: try Self.stop(fields["stop"]),
      sampling: SamplingSettings(
        temperature: try fields["temperature"].number(in: 0...2) ?? defaults.temperature,
        topP: try fields["top_p"].number(in: 0...1) ?? 1,
        topK: try fields["top_k"].integer(in: 0...Int.max) ?? 0,
        minP: try fields["min_p"].number(in: 0...1) ?? 0,
        seed: try fields["seed"].bits()),
      logProbabilities: logProbabilities)
    do { try options.validate() } catch { throw APIError.invalid(error.message) }
  }
}
