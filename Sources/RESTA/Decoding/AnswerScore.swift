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
    if let model = model as? any StreamingModel {
      let sum = try await model.logProbabilities(of: answer, after: prompt).reduce(0, +)
      return AnswerScore(tokens: answer.count, meanLogProbability: sum / Double(answer.count))
    }
    let reservation = try await model.reserve(
      sequences: 1, cells: length)
    do {
      // The logits behind the prompt predict the first token of the answer, and so on.
      let rows = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .last),
        ForwardSegment(sequence: 0, input: .tokens(answer), outputs: .all),
      ])
      await reservation.release()
      var sum = 0.0
      for (token, row) in zip(answer, rows) {
        sum += Double(row[Int(token)]) - (try Logits.logSumExp(row))
      }
      return AnswerScore(tokens: answer.count, meanLogProbability: sum / Double(answer.count))
    } catch {
      await reservation.release()
      throw error
    }
  }
}
