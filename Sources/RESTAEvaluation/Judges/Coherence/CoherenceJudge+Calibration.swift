import RESTA

extension CoherenceJudge {
  /// Makes a judge whose limit is set by the undefended model's own answers to benign prompts.
  ///
  /// Each prompt is answered greedily, at most 16 tokens; see ``CoherenceLimit/init(calibratedOn:)``.
  /// Answers of fewer than 4 tokens have no perplexity and are left out.
  ///
  /// - Parameters:
  ///   - subject: The undefended model.
  ///   - prompts: Benign messages that are not among those to be judged; at least one, better a
  ///     hundred, of which the limit rests on the last.
  /// - Returns: The judge.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration` where no answer has a perplexity;
  ///   ``RESTA/RESTAError``, the engine's error, or `CancellationError`.
  /// - Complexity: A short answer and a forward pass for each prompt.
  package static func calibrated(
    for subject: Subject, benign prompts: [String]
  ) async throws -> CoherenceJudge {
    var greedy = subject
    greedy.options = GenerationOptions(maximumTokens: firstTokens)
    let reader = CoherenceJudge(subject: subject)
    var perplexities: [Double] = []
    for prompt in prompts {
      let answer = try await greedy.respond(to: prompt, seed: 0)
      let found = try await reader.perplexity(
        of: answer.text, tokenIDs: answer.tokenIDs, after: prompt)
      if let found { perplexities.append(found) }
    }
    return CoherenceJudge(subject: subject, limit: try CoherenceLimit(calibratedOn: perplexities))
  }
}
