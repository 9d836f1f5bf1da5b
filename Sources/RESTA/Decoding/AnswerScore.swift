/// How likely the unperturbed model itself finds an answer: low for text that is no language.
package struct AnswerScore: Sendable, Hashable, Codable {
  /// The number of tokens that were scored.
  package let tokens: Int
  /// The mean of log p(y_t | x, y_1..y_{t-1}) over them, in nats; at most 0.
  package let meanLogProbability: Double

  /// Scores an answer in one forward pass.
  package static func score(
    _ answer: [TokenID], after prompt: [TokenID], model: any LanguageModel
  ) async throws -> AnswerScore {
    guard !answer.isEmpty, !prompt.isEmpty else {
      throw RESTAError(.invalidMessages, "There is no answer to score.")
    }
    let length = prompt.count + answer.count
    guard length <= model.information.contextLength else {
      throw RESTAError(
        .contextExceeded,
        "The prompt and the answer have \(length) tokens and the context holds "
          + "\(model.information.contextLength).")
    }
    let values: [Double]
    if let model = model as? any StreamingModel {
      values = try await model.logProbabilities(of: answer, after: prompt)
    } else {
      // The logits behind the prompt predict the first token of the answer, and so on; read where they lie, for
      // those of a long answer are gigabytes.
      values = try await model.reserve(sequences: 1, cells: length).use {
        try await $0.forward([
          ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .last),
          ForwardSegment(sequence: 0, input: .tokens(answer), outputs: .all),
        ]) { row, logits in
          guard row < answer.count else { return 0 }
          return Double(logits[Int(answer[row])]) - (try Logits.logSumExp(logits))
        }
      }
    }
    let sum = values.reduce(0, +)
    return AnswerScore(tokens: answer.count, meanLogProbability: sum / Double(answer.count))
  }
}
