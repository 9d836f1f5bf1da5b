package import RESTA
public import RESTADocuments

/// A filter that rejects messages that are no likely text (arXiv 2308.14132, arXiv 2309.00614).
///
/// Suffixes that an optimiser found token by token are unlikely text; attacks in plain words are not, and pass.
/// The perplexity is the model's own, of the user's message behind the chat template, over all of it or the
/// largest over windows. A message above the threshold is rejected; others are answered undefended.
///
/// Deviation: the papers measure with GPT-2, or with the model without a chat template, and cut the
/// last window short; here it is filled up from the left, lest one odd token decides.
public struct PerplexityFilter: ConfiguredDefense {
  /// The perplexity above which a message is rejected; at least 1, which every text has.
  ///
  /// `nil`: an evaluation sets it by benign prompts before it asks anything; such a filter by itself
  /// answers nothing.
  public var threshold: Double?
  /// The share of benign prompts that passes where they set the threshold, in 0...1.
  public var quantile: Double
  /// The tokens of a window, at least 1.
  ///
  /// `nil`: the whole message is one.
  public var window: Int?

  package static let kind = "perplexity-filter"
  package static let defaults = PerplexityFilter()
  package static let table: [Setting<PerplexityFilter>] = [
    Setting(
      "threshold", \.threshold, .optional(.number(1...)),
      "The perplexity above which a message is rejected.",
      default: "set by the built-in benign prompts", isAlwaysStored: true),
    Setting(
      "quantile", \.quantile, .number(0...1),
      "The share of benign prompts that passes where they set the threshold.", default: "1",
      storedAs: ""),
    Setting(
      "window", \.window, .optional(.integer(1...100_000)), "The tokens of a window.",
      default: "the whole message", isAlwaysStored: true),
  ]

  /// `perplexity-filter`.
  public var kind: String { Self.kind }

  /// Not by itself; with a ``Subject`` that samples at a temperature the seed is the sampling's.
  public var usesSeed: Bool { false }

  /// `threshold` and `window` (null without one).
  public var settings: JSONObject { stored }

  package func positions(for question: QuestionSize) -> Double { question.plain + question.prompt }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - threshold: The perplexity above which a message is rejected, at least 1. Default: set by
  ///     benign prompts, for a threshold does not carry over between models.
  ///   - quantile: Which share of these passes, in 0...1. Default: 1.
  ///   - window: The tokens of a window, at least 1. Default: the whole message is one.
  public init(threshold: Double? = nil, quantile: Double = 1, window: Int? = nil) {
    self.threshold = threshold
    self.quantile = quantile
    self.window = window
  }

  /// Checks every value; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    if let threshold, !(threshold.isFinite && threshold >= 1) {
      throw EvaluationError.invalidConfiguration(
        "The perplexity filter's threshold must be a finite number of 1 or more, not \(threshold).")
    }
    guard (0...1).contains(quantile) else {
      throw EvaluationError.invalidConfiguration(
        "The perplexity filter's quantile must be 0 to 1, not \(quantile).")
    }
    if let window, window < 1 {
      throw EvaluationError.invalidConfiguration(
        "The perplexity filter's window must be 1 token or more, not \(window).")
    }
  }

  /// Answers one prompt, or rejects it; without a threshold it throws ``EvaluationError``.
  ///
  /// The notes hold the `perplexity`: `null` for a message of no tokens, which passes, and `infinite` for one that
  /// the model finds impossible. The filter's pass is part of the cost.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    guard let threshold else {
      throw EvaluationError.invalidConfiguration(
        "The perplexity filter has no threshold, and nothing has set one.")
    }
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

  // MARK: - The threshold

  /// With a threshold: its own, or the one that the built-in benign development prompts set.
  package func prepared(
    for subject: Subject, loadOther: OtherModelLoader
  ) async throws -> any Defense {
    if let threshold {
      guard quantile == 1 else {
        throw EvaluationError.invalidConfiguration(
          "The perplexity filter has a threshold, \(threshold): no quantile sets it.")
      }
      return self
    }
    let benign = try Dataset.builtIn(.benign, split: .development)
    return try await Self.calibrated(
      on: benign.samples.map(\.prompt), quantile: quantile, window: window, subject: subject)
  }

  /// A filter that lets a share of some benign messages pass.
  ///
  /// Its threshold is that quantile of their perplexities, between neighbours by linear interpolation.
  package static func calibrated(
    on prompts: [String], quantile: Double = 1, window: Int? = nil, subject: Subject
  ) async throws -> PerplexityFilter {
    var filter = PerplexityFilter(quantile: quantile, window: window)
    try filter.validate()
    var values: [Double] = []
    for prompt in prompts {
      let found = try await MessagePerplexity(
        of: subject.tokenize(prompt), window: window, model: subject.model)
      if let value = found.value { values.append(value) }
    }
    guard values.allSatisfy(\.isFinite), let value = LinearQuantile.of(values, at: quantile) else {
      throw EvaluationError.invalidConfiguration(
        "The perplexity filter's threshold cannot be set by \(prompts.count) benign prompts of which "
          + "\(values.count { $0.isFinite }) have a finite perplexity: give others, or a threshold."
      )
    }
    filter.threshold = value
    try filter.validate()
    return filter
  }
}
