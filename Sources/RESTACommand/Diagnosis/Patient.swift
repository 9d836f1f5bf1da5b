import RESTA
import RESTALlama

/// What the doctor looks at: a model with a template and the settings of a defence.
struct Patient {
  /// A fault that tests plant to see that the doctor finds it.
  enum Fault: String, CaseIterable {
    /// The noise lands on template tokens instead of the user's.
    case wrongSpan = "wrong-span"
  }

  /// What the probes ask: harmless, and easy for any chat model.
  static let questions = [
    "Name three primary colours.", "What is the capital of France?",
    "Write one sentence about the sea.",
  ]

  let model: LlamaModel
  /// The template of the command line, or `nil` for the model's own.
  let template: ChatTemplate?
  /// The settings with the window at the start: short test answers never reach a later one.
  let defense: DefenseSettings
  let fault: Fault?

  init(model: LlamaModel, template: ChatTemplate?, defense: DefenseSettings, fault: Fault?) {
    self.model = model
    self.template = template
    var defense = defense
    defense.window = .start
    self.defense = defense
    self.fault = fault
  }

  /// The prompt of a conversation, with the planted fault if there is one.
  func prompt(_ messages: [ChatMessage]) throws -> TokenizedPrompt {
    var prompt = try Generation.tokenize(messages, for: model, template: template)
    if fault == .wrongSpan {
      for index in prompt.rendered.spans.indices {
        let range = prompt.rendered.spans[index].range
        prompt.rendered.spans[index].range =
          max(0, range.lowerBound - 16)..<max(0, range.upperBound - 16)
      }
    }
    return prompt
  }

  /// An answer with other settings than the patient's, or with them.
  func answer(
    _ question: String, defense: DefenseSettings, maximumTokens: Int,
    decoder: DecoderKind = .fast, model observed: (any LanguageModel)? = nil
  ) async throws -> GenerationResult {
    try await Generation(
      model: observed ?? model, prompt: try prompt([.user(question)]), defense: defense,
      options: GenerationOptions(maximumTokens: maximumTokens), decoder: decoder
    ).result()
  }
}
