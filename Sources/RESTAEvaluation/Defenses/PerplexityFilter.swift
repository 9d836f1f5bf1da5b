import RESTA
package import RESTADocuments

/// A filter that rejects messages that are no likely text (arXiv 2308.14132, arXiv 2309.00614).
///
/// Suffixes that an optimiser found token by token are unlikely text; attacks in plain words are not,
/// and pass. The perplexity is the model's own, of the user's message behind the chat template, over
/// all of it or the largest over windows. A message above the threshold is rejected; others are
/// answered undefended.
///
/// Deviation: the papers measure with GPT-2, or with the model without a chat template, and cut the
/// last window short; here it is filled up from the left, lest one odd token decides.
package struct PerplexityFilter: Defense {
  /// The perplexity above which a message is rejected; at least 1, which every text has.
  package let threshold: Double
  /// The tokens of a window, at least 1.
  ///
  /// `nil`: the whole message is one.
  package let window: Int?

  /// `perplexity-filter`.
  package var kind: String { "perplexity-filter" }

  /// Not by itself; with a ``Subject`` that samples at a temperature the seed is the sampling's.
  package var usesSeed: Bool { false }

  /// `threshold` and `window` (null without one).
  package var settings: JSONObject {
    [
      "threshold": .number(threshold),
      "window": window.map { JSONValue.integer(Int128($0)) } ?? .null,
    ]
  }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - threshold: The perplexity above which a message is rejected, at least 1. There is no default:
  ///     it does not carry over between models; see ``calibrated(on:quantile:window:subject:)``.
  ///   - window: The tokens of a window, at least 1. Default: the whole message is one.
  package init(threshold: Double, window: Int? = nil) {
    self.threshold = threshold
    self.window = window
  }

  /// Checks every value.
  ///
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`, naming the value and its range.
  package func validate() throws(EvaluationError) {
    guard threshold.isFinite, threshold >= 1 else {
      throw EvaluationError(
        .invalidConfiguration,
        "The perplexity filter's threshold must be a finite number of 1 or more, not \(threshold).")
    }
    if let window, window < 1 {
      throw EvaluationError(
        .invalidConfiguration,
        "The perplexity filter's window must be 1 token or more, not \(window).")
    }
  }

  /// Answers one prompt, or rejects it.
  ///
  /// The notes hold the `perplexity`: `null` for a message of no tokens, which passes, and
  /// `infinite` for one that the model finds impossible.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The seed of sampling, if the subject's options ask for any.
  /// - Returns: The answer, or ``DefendedAnswer/refusalText``; the filter's pass is part of the cost.
  /// - Throws: ``EvaluationError`` for a value out of range, ``RESTA/RESTAError``, the engine's error,
  ///   or `CancellationError`.
  package func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    try validate()
    let tokenized = try subject.tokenize(prompt)
    let found = try await MessagePerplexity(
      of: tokenized, window: window, model: subject.model)
    var answer =
      if let value = found.value, value > threshold {
        DefendedAnswer.rejection(promptTokens: tokenized.tokens.count)
      } else {
        DefendedAnswer(try await subject.respond(to: prompt, seed: seed))
      }
    answer.notes = ["perplexity": Perplexity.note(found.value)]
    answer.passes += found.passes
    answer.tokensProcessed += found.tokensProcessed
    answer.seconds += found.seconds
    return answer
  }
}

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
