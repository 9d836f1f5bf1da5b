/// A model that runs elsewhere and gives the tokens that it predicts, one after the other, but no logits.
///
/// A generation on it is run by ``StreamDecoder``, with the same events, votes and totals as in process. What
/// needs logits (``LanguageModel/reserve(sequences:cells:)``) it refuses by name.
package protocol StreamingModel: LanguageModel {
  /// The streams of one generation, none of them open; what the engine caches of it is used for the same client's
  /// only, for nothing else where that is `nil`.
  ///
  /// - Throws: `RESTAError` with `engineFailed`.
  func streams(for client: String?) async throws -> any PredictionStreams

  /// ln p of each token of an answer behind a prompt, by the unperturbed model.
  func logProbabilities(of answer: [TokenID], after prompt: [TokenID]) async throws -> [Double]
}

/// Where the sequences of one generation are continued.
package protocol PredictionStreams: Sendable {
  /// Continues a sequence, token by token, until one ends it or as many came as were asked for.
  ///
  /// Cancelling the task stops the engine's work on it at once.
  func predict(
    _ request: PredictionRequest, receive: @escaping @Sendable (StreamedPrediction) -> Void
  ) async throws

  /// ln p of one token as the continuation of a sequence.
  func logProbability(of token: TokenID, in request: PredictionRequest) async throws -> Double

  /// How many bytes were sent so far.
  var uploadedBytes: Int { get }
}

/// A sequence that is to be continued.
package struct PredictionRequest: Sendable {
  /// x, or a copy e~^i of it.
  package enum Prompt: Sendable {
    case tokens([TokenID])
    case perturbed(PerturbedRows)

    /// The number of positions.
    package var count: Int {
      switch self {
      case .tokens(let tokens): tokens.count
      case .perturbed(let rows): rows.count
      }
    }
  }

  package var prompt: Prompt
  /// y_1..y_{t-1}, clean.
  package var answer: [TokenID]
  /// The most tokens that are wanted, at least 1.
  package var maximumTokens: Int
  /// How they are chosen; greedily by default.
  package var sampling = SamplingSettings()
  /// For how many of the most likely tokens in each place log-probabilities are wanted; `nil`: for none, not
  /// even the chosen one.
  package var listed: Int?
  /// Whether a token that ends an answer ends the stream too.
  package var stopsAtEnd = true

  package init(prompt: Prompt, answer: [TokenID], maximumTokens: Int) {
    self.prompt = prompt
    self.answer = answer
    self.maximumTokens = maximumTokens
  }

  /// The positions that the engine is given.
  package var count: Int { prompt.count + answer.count }
}

/// A token as it comes.
package struct StreamedPrediction: Sendable, Hashable {
  package var token: TokenID
  /// ln p of it and of the most likely tokens, where that was asked for.
  package var logProbabilities: TokenLogProbabilities?

  package init(token: TokenID, logProbabilities: TokenLogProbabilities? = nil) {
    self.token = token
    self.logProbabilities = logProbabilities
  }

  /// ln p of any token that is listed.
  package func logProbability(of wanted: TokenID) -> Double? {
    guard let logProbabilities else { return nil }
    if wanted == token { return logProbabilities.logProbability }
    return logProbabilities.alternatives.first { $0.tokenID == wanted }?.logProbability
  }
}
