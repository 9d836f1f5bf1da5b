extension PerplexityFilter {
  /// Makes a filter that lets benign prompts pass.
  ///
  /// - Parameters:
  ///   - prompts: Benign messages that are not among those to be tested, at least one with tokens.
  ///   - quantile: Which share of them passes, in 0...1, between neighbours by linear interpolation.
  ///     Default: 1, so that the threshold is the largest perplexity of all.
  ///   - window: The tokens of a window, at least 1. Default: the whole message is one.
  ///   - subject: The model under test, whose perplexities are used.
  /// - Returns: The filter.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration` for a quantile or window out of range,
  ///   and where no finite threshold comes out; ``RESTA/RESTAError``, the engine's error, or
  ///   `CancellationError`.
  /// - Complexity: A forward pass over each prompt.
  package static func calibrated(
    on prompts: [String], quantile: Double = 1, window: Int? = nil, subject: Subject
  ) async throws -> PerplexityFilter {
    guard (0...1).contains(quantile) else {
      throw EvaluationError(
        .invalidConfiguration,
        "The perplexity filter's quantile must be 0 to 1, not \(quantile).")
    }
    try PerplexityFilter(threshold: 1, window: window).validate()
    var values: [Double] = []
    for prompt in prompts {
      let found = try await MessagePerplexity(
        of: subject.tokenize(prompt), window: window, model: subject.model)
      if let value = found.value { values.append(value) }
    }
    guard values.allSatisfy(\.isFinite), let value = LinearQuantile.of(values, at: quantile) else {
      throw EvaluationError(
        .invalidConfiguration,
        "The perplexity filter's threshold cannot be set by \(prompts.count) benign prompts of which "
          + "\(values.count { $0.isFinite }) have a finite perplexity: give others, or a threshold."
      )
    }
    let filter = PerplexityFilter(threshold: value, window: window)
    try filter.validate()
    return filter
  }
}
