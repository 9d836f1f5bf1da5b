package import RESTA

/// A model in this process as a judge: greedy and undefended.
package struct LocalChatClient: ChatClient {
  /// The model's name.
  package let id: String

  private let model: any LanguageModel
  private let template: ChatTemplate?

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  ///   - id: Default: the name in the model's file. Files of one name (two quantizations) need ids of
  ///     their own.
  package init(model: any LanguageModel, template: ChatTemplate? = nil, id: String? = nil) {
    self.model = model
    self.template = template
    self.id = id ?? model.information.name
  }

  /// Asks the model.
  ///
  /// - Parameters:
  ///   - messages: The conversation; control tokens spelt in it are read as text.
  ///   - maximumTokens: The most tokens of the reply, at least 1.
  /// - Returns: The reply.
  /// - Throws: ``RESTA/RESTAError``, with `contextExceeded` for a conversation that is too long, or
  ///   `CancellationError`.
  package func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> String {
    var defense = DefenseSettings.none
    // Unused, but a seed that is given is not drawn.
    defense.seed = 0
    let options = GenerationOptions(
      maximumTokens: maximumTokens, sampling: SamplingSettings(seed: 0))
    return try await Generation(
      model: model, messages: messages, template: template, defense: defense, options: options
    ).result().text
  }
}
