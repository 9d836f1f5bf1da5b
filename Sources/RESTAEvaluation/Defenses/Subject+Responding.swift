import RESTADocuments
import RESTA

extension Subject {
  /// The conversation in which a prompt is the user's only message.
  func messages(_ prompt: String) -> [ChatMessage] {
    (system.map { [.system($0)] } ?? []) + [.user(prompt)]
  }

  /// The prompt as the model sees it.
  func tokenize(_ prompt: String) throws -> TokenizedPrompt {
    try Generation.tokenize(messages(prompt), for: model, template: template)
  }

  /// Asks the model.
  ///
  /// Both seeds are always given: one left open would be drawn, and the answer could not be made
  /// again. They may be equal, since noise and sampling have streams of their own.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - defense: RESTA's settings. Default: none.
  ///   - sampling: Default: the subject's own.
  ///   - decoder: Default: the fast one.
  ///   - seed: The seed of noise and sampling; those in the settings are not used.
  /// - Returns: The answer.
  /// - Throws: ``RESTA/RESTAError``, the engine's error, or `CancellationError`.
  func respond(
    to prompt: String, defense: DefenseSettings = .none, sampling: SamplingSettings? = nil,
    decoder: DecoderKind = .fast, seed: UInt64
  ) async throws -> GenerationResult {
    var defense = defense
    defense.seed = seed
    var options = options
    if let sampling { options.sampling = sampling }
    options.sampling.seed = seed
    return try await Generation(
      model: model, messages: messages(prompt), template: template, defense: defense,
      options: options, decoder: decoder
    ).result()
  }
}

extension DefendedAnswer {
  /// An answer of the model.
  init(_ result: GenerationResult, notes: JSONObject = [:]) {
    self.init(
      text: result.text, tokenIDs: result.tokenIDs, stopReason: result.stopReason.rawValue,
      promptTokens: result.promptTokens, votes: result.votes, passes: result.totals.passes,
      tokensProcessed: result.totals.tokensProcessed, seconds: result.totals.wallSeconds,
      notes: notes)
  }
}
