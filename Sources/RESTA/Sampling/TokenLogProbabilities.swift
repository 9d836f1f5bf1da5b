/// How likely the unperturbed model found a token, and which tokens it found the most likely there.
///
/// All numbers are ln p of the model's own softmax at temperature 1 over its whole vocabulary, in
/// nats, whatever temperature, top-k, top-p and min-p made of it before the token was chosen.
public struct TokenLogProbabilities: Sendable, Hashable, Codable {
  /// A token that was possible.
  public struct Alternative: Sendable, Hashable, Codable {
    /// The token.
    public var tokenID: TokenID
    /// ln p: finite, at most 0.
    public var logProbability: Double

    /// Makes an alternative.
    public init(tokenID: TokenID, logProbability: Double) {
      self.tokenID = tokenID
      self.logProbability = logProbability
    }
  }

  /// ln p of the token that was chosen: finite, at most 0.
  public var logProbability: Double
  /// The most likely tokens, most likely first, equally likely ones by token id.
  ///
  /// As many as ``GenerationOptions/logProbabilities`` asks for; fewer where the model excludes so
  /// many that not as many are left. The chosen token is among them if it is one of them.
  public var alternatives: [Alternative]

  /// Makes a record.
  public init(logProbability: Double, alternatives: [Alternative]) {
    self.logProbability = logProbability
    self.alternatives = alternatives
  }
}

extension TokenLogProbabilities {
  /// Computes them by logits where they lie.
  init(of token: TokenID, in logits: Span<Float>, listing count: Int) throws(RESTAError) {
    let normalizer = try Logits.logSumExp(logits)
    var ranked: [Alternative] = []
    for id in logits.indices where count > 0 {
      let value = Double(logits[id]) - normalizer
      let least = ranked.count < count ? nil : ranked.last?.logProbability
      // Excluded tokens never pass, and of the others only few.
      guard value > least ?? -.infinity else { continue }
      // Ids ascend, so of equal tokens the one that is there already stays in front.
      let place = (ranked.lastIndex { $0.logProbability >= value } ?? -1) + 1
      if least != nil { ranked.removeLast() }
      ranked.insert(Alternative(tokenID: TokenID(id), logProbability: value), at: place)
    }
    self.init(logProbability: Double(logits[Int(token)]) - normalizer, alternatives: ranked)
  }
}

/// How likely the unperturbed model itself finds an answer: low for text that is no language.
package struct AnswerScore: Sendable, Hashable, Codable {
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
